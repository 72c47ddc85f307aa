/** What a training of the fast network on images of 32 x 32 computes. */
export interface FastTraining {
  /** Filters of its three blocks. */
  readonly widths: readonly number[];
  readonly steps: number;
  readonly batchSize: number;
  /** Sizes of the images in pixels, each up to which share of the steps; 32 behind the last. */
  readonly sizes?: readonly (readonly [pixels: number, share: number])[];
}

/** Its operations: two for each multiplication with its addition, three times the forward pass. */
export function fastOperations({
  widths: [a, b, c],
  steps,
  batchSize,
  sizes = [],
}: FastTraining): number {
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    const [size] = sizes.find(([, share]) => step < share * steps) ?? [32];
    const [half, quarter, eighth] = [2, 4, 8].map((by) => Math.floor(size / by) ** 2);
    const pixels = size ** 2;
    sum +=
      pixels * 12 * 24 +
      9 * (pixels * 24 * a + half * a * a) +
      9 * (half * a * b + quarter * b * b) +
      9 * (quarter * b * c + eighth * c * c);
  }
  return 6 * sum * batchSize;
}

/**
 * Half of the way down the longest valley of a curve: the longest series of values, each below the one
 * before, with any others between them. The first and the last tenth are left out: there the noise of
 * single batches, or of the divergence, is all that falls.
 * @returns its index; `undefined` if no value is below an earlier one.
 * @see fastai, `fastai/callback/schedule.py`, `valley`
 */
export function valley(values: readonly number[]): number | undefined {
  const skipped = Math.floor(values.length / 10);
  const curve = values.slice(skipped, values.length - skipped);
  // The length of the longest valley that ends at each value.
  const lengths: number[] = [];
  let end = 0;
  for (const [i, value] of curve.entries()) {
    let longest = 0;
    for (let j = 0; j < i; j++) {
      if (value < curve[j] && lengths[j] > longest) longest = lengths[j];
    }
    lengths.push(longest + 1);
    if (lengths[i] > lengths[end]) end = i;
  }
  if (!(lengths[end] > 1)) return undefined;
  const third = lengths[end] / 3;
  const start = end - lengths[end];
  return skipped + Math.max(0, start + Math.floor(third) + Math.floor(third / 2));
}

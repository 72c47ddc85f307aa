import { expect } from "vitest";

/**
 * Fails unless |actual - expected| <= atol + rtol * |expected| everywhere; names the worst place.
 * Defaults: a few float32 roundings of one elementwise operation.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  {
    rtol = 1e-5,
    atol = 1e-7,
    what = "values",
  }: { rtol?: number; atol?: number; what?: string } = {},
): void {
  expect(actual.length, `${what}: length`).toBe(expected.length);
  let worst = { excess: -Infinity, index: -1 };
  for (let i = 0; i < expected.length; i++) {
    const excess = Math.abs(actual[i] - expected[i]) - (atol + rtol * Math.abs(expected[i]));
    if (excess > worst.excess || Number.isNaN(excess)) worst = { excess, index: i };
    if (Number.isNaN(excess)) break;
  }
  const { excess, index } = worst;
  if (excess > 0 || Number.isNaN(excess)) {
    expect.fail(
      `${what}: at ${index} expected ${expected[index]}, got ${actual[index]} ` +
        `(difference ${Math.abs(actual[index] - expected[index])}, allowed ${atol + rtol * Math.abs(expected[index])})`,
    );
  }
}

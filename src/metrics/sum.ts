/** Sums and means in the order of additions that NumPy takes, so that the last bits agree as well. */

/**
 * The sum of `values[start .. start + count)` by pairwise summation: its rounding error grows with
 * the logarithm of `count`, not with `count`.
 * @see NumPy, `pairwise_sum` in `loops_utils.h.src`
 */
export function pairwiseSum(
  values: ArrayLike<number>,
  start = 0,
  count = values.length - start,
): number {
  if (count > 128) {
    const half = Math.floor(count / 2);
    const left = half - (half % 8);
    return pairwiseSum(values, start, left) + pairwiseSum(values, start + left, count - left);
  }
  const end = start + count;
  let i = start;
  let sum = 0;
  if (count >= 8) {
    const lanes = [0, 0, 0, 0, 0, 0, 0, 0];
    for (; i + 8 <= end; i += 8) {
      for (let lane = 0; lane < 8; lane++) lanes[lane] += values[i + lane];
    }
    const [a, b, c, d, e, f, g, h] = lanes;
    sum = a + b + (c + d) + (e + f + (g + h));
  }
  for (; i < end; i++) sum += values[i];
  return sum;
}

/** The sum of values, each times its weight; or their mean. */
export function weightedSum(
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  isMean: boolean,
): number {
  const products = new Float64Array(values.length);
  for (let i = 0; i < products.length; i++) products[i] = values[i] * weights[i];
  const sum = pairwiseSum(products);
  return isMean ? sum / pairwiseSum(weights) : sum;
}

/**
 * The mean of `values`, those that are NaN left out, weighted if `weights` is given. All NaN gives
 * NaN; weights that sum to 0 count as equal ones.
 */
export function nanMean(values: readonly number[], weights?: readonly number[]): number {
  const present = values.filter((value) => !Number.isNaN(value));
  if (present.length === 0) return NaN;
  if (!weights) {
    return pairwiseSum(values.map((value) => (Number.isNaN(value) ? 0 : value))) / present.length;
  }
  const kept = weights.filter((_, i) => !Number.isNaN(values[i]));
  if (pairwiseSum(kept) === 0) return pairwiseSum(present) / present.length;
  return weightedSum(present, kept, true);
}

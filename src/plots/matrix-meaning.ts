import { type MatrixNormalization, NORMALIZATIONS, sumsOf } from "../metrics/matrix.ts";

/**
 * What the numbers of a matrix are, as far as they tell: `"count"`; a share, by what sums to 1;
 * `"share"` if more than one does; `undefined` if they may be counts or shares (also in percent), or
 * are neither (weights).
 */
export function meaningOf(
  matrix: readonly (readonly number[])[],
): MatrixNormalization | "count" | "share" | undefined {
  const sums = sumsOf(matrix);
  const thatAre = (one: number): MatrixNormalization[] =>
    NORMALIZATIONS.filter((whole) => areAll(one, sums[whole]));
  const shares = thatAre(1);
  if (matrix.every((row) => row.every(Number.isInteger))) {
    const mayBeShares = shares.length > 0 || thatAre(100).length > 0;
    return !mayBeShares && matrix.some((row) => row.some(Boolean)) ? "count" : undefined;
  }
  return shares.length > 1 ? "share" : shares[0];
}

/** Whether every sum is `one` but for rounding; what has no sample sums to 0. */
function areAll(one: number, sums: readonly number[]): boolean {
  const isOne = (value: number): boolean => Math.abs(value - one) < 1e-6;
  return sums.some(isOne) && sums.every((value) => value === 0 || isOne(value));
}

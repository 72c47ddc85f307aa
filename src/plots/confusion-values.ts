import { check, describe, isArray } from "../checks.ts";

/** What a cell of a normalised matrix is a share of: its row, its column, everything. */
export type MatrixNormalization = "true" | "pred" | "all";

/** Throws unless `matrix` is `[k, k]` with k of at least 1, all values finite and at least 0. */
export function checkMatrix(subject: string, matrix: readonly ArrayLike<number>[]): void {
  const remedy = "pass what confusionMatrix returned";
  const isList: boolean = isArray(matrix);
  check(
    isList && matrix.length > 0,
    subject,
    "a matrix with at least one row",
    describe(matrix),
    remedy,
  );
  for (const [i, row] of matrix.entries()) {
    check(
      row?.length === matrix.length,
      subject,
      `a square matrix with ${matrix.length} values in row ${i}`,
      row?.length === undefined ? describe(row) : `${row.length}`,
      remedy,
    );
    for (let j = 0; j < row.length; j++) {
      check(
        Number.isFinite(row[j]) && row[j] >= 0,
        subject,
        `a finite value of at least 0 in row ${i}, column ${j}`,
        describe(row[j]),
        remedy,
      );
    }
  }
}

/** The matrix with every cell divided by the sum that it is a share of; a sum of 0 gives 0. */
export function normalizeMatrix(
  matrix: readonly ArrayLike<number>[],
  normalize: MatrixNormalization | undefined,
): number[][] {
  const rows = matrix.map((row) => Array.from(row));
  if (normalize === undefined) return rows;
  const wholes = wholesOf(rows)[normalize];
  return rows.map((row, i) =>
    row.map((value, j) => {
      const whole = wholes[{ true: i, pred: j, all: 0 }[normalize]];
      return whole === 0 ? 0 : value / whole;
    }),
  );
}

/** What the cells of a matrix may be a share of. */
const WHOLES = ["true", "pred", "all"] as const;

/**
 * What the numbers of a matrix are, as far as they tell: `"count"`; a share, by what sums to 1;
 * `"share"` if more than one does; `undefined` if they may be counts or shares (also in percent), or
 * are neither (weights).
 */
export function meaningOf(
  matrix: readonly (readonly number[])[],
): MatrixNormalization | "count" | "share" | undefined {
  const sums = wholesOf(matrix);
  const thatAre = (one: number): MatrixNormalization[] =>
    WHOLES.filter((whole) => areAll(one, sums[whole]));
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

/** The sums of the rows, of the columns, and of everything. */
function wholesOf(
  rows: readonly (readonly number[])[],
): Record<MatrixNormalization, readonly number[]> {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const rowSums = rows.map(sum);
  return {
    true: rowSums,
    pred: rows.map((_, j) => sum(rows.map((row) => row[j]))),
    all: [sum(rowSums)],
  };
}

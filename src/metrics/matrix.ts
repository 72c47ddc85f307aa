import { check, checkEach, describe, isArray, isWithin } from "../checks.ts";
import { pairwiseSum } from "./sum.ts";

/** What a cell of a normalised matrix is a share of: its row, its column, everything. */
export type MatrixNormalization = "true" | "pred" | "all";

export const NORMALIZATIONS = ["true", "pred", "all"] as const;

/** Throws unless `matrix` is `[k, k]` with k of at least 1, all values finite and at least 0. */
export function checkMatrix(
  subject: string,
  matrix: unknown,
): asserts matrix is readonly ArrayLike<number>[] {
  const remedy = "pass what confusionMatrix returned";
  check(
    isArray(matrix) && matrix.length > 0,
    subject,
    "a square matrix with at least one row",
    describe(matrix),
    remedy,
  );
  const isCount = isWithin(0, Number.MAX_VALUE);
  for (const [i, row] of (matrix as (ArrayLike<unknown> | undefined)[]).entries()) {
    check(
      row?.length === matrix.length,
      subject,
      `a square matrix with ${matrix.length} values in row ${i}`,
      row?.length ?? row,
      remedy,
    );
    checkEach(
      subject,
      `row ${i} of the matrix`,
      row,
      isCount,
      "finite counts of at least 0",
      remedy,
    );
  }
}

/** The matrix with every cell divided by the sum that it is a share of; a sum of 0 gives 0. */
export function normalizeMatrix(
  matrix: readonly ArrayLike<number>[],
  normalize: MatrixNormalization | undefined,
): number[][] {
  const rows = matrix.map((row) => Array.from(row));
  if (normalize === undefined) return rows;
  const sums = sumsOf(rows)[normalize];
  return rows.map((row, i) =>
    row.map((value, j) => {
      const sum = sums[{ true: i, pred: j, all: 0 }[normalize]];
      return sum === 0 ? 0 : value / sum;
    }),
  );
}

/** The sums of the rows, of the columns, and of everything. */
export function sumsOf(
  rows: readonly (readonly number[])[],
): Record<MatrixNormalization, readonly number[]> {
  return {
    true: rows.map((row) => pairwiseSum(row)),
    pred: rows.reduce((sums, row) => sums.map((sum, j) => sum + row[j])),
    all: [pairwiseSum(rows.flat())],
  };
}

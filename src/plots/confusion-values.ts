import { check, describe } from "../checks.ts";

/** What a cell of a normalised matrix is a share of: its row, its column, everything. */
export type MatrixNormalization = "true" | "pred" | "all";

/** Throws unless `matrix` is `[k, k]` with k of at least 1, all values finite and at least 0. */
export function checkMatrix(subject: string, matrix: readonly ArrayLike<number>[]): void {
  const remedy = "pass what confusionMatrix returned";
  const isList: boolean = Array.isArray(matrix);
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
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const rowSums = rows.map(sum);
  const columnSums = rows.map((_, j) => sum(rows.map((row) => row[j])));
  const total = sum(rowSums);
  return rows.map((row, i) =>
    row.map((value, j) => {
      const whole = { true: rowSums[i], pred: columnSums[j], all: total }[normalize];
      return whole === 0 ? 0 : value / whole;
    }),
  );
}

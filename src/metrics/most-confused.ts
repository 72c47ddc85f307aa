import {
  check,
  checkNumber,
  checkOptions,
  describe,
  isArray,
  isListOf,
  isText,
} from "../checks.ts";

/** Options of {@link mostConfused}. */
export interface MostConfusedOptions {
  /** Leave out pairs that were mistaken fewer times (or for a smaller share) than this; default 0. */
  readonly minCount?: number;
  /** A name for each row of the matrix; default the row numbers. */
  readonly classNames?: readonly string[];
}

/** One kind of mistake. */
export interface ConfusedPair {
  /** Name of the true class. */
  readonly trueName: string;
  /** Name of the class that was predicted instead. */
  readonly predictedName: string;
  /** Row of the true class in the matrix. */
  readonly trueIndex: number;
  /** Column of the predicted class. */
  readonly predictedIndex: number;
  /** How often that happened, or with what weight, or for what share: as the matrix says. */
  readonly count: number;
}

/**
 * The mistakes of a confusion matrix, the most frequent first; equal ones in the matrix's order.
 * @param matrix square, row = true class, column = predicted class; counts, weights or shares.
 * @throws {ArgumentError} unless the matrix is square and holds finite numbers of at least 0.
 * @see fastai, `ClassificationInterpretation.most_confused`
 */
export function mostConfused(
  matrix: readonly ArrayLike<number>[],
  options: MostConfusedOptions = {},
): ConfusedPair[] {
  const subject = "mostConfused";
  checkOptions(subject, options, ["minCount", "classNames"]);
  const { minCount = 0, classNames } = options;
  checkNumber(subject, "minCount", minCount, { min: 0 });
  checkMatrix(subject, matrix);
  const names = classNames ?? matrix.map((_, i) => String(i));
  check(
    isListOf(names, isText) && names.length === matrix.length,
    subject,
    `classNames to name the ${matrix.length} rows of the matrix`,
    isListOf(names, isText) ? `${names.length} names` : describe(names),
    "pass one name per row",
  );
  const pairs = matrix.flatMap((row, i) =>
    Array.from(row, (count, j) => ({
      trueName: names[i],
      predictedName: names[j],
      trueIndex: i,
      predictedIndex: j,
      count,
    })),
  );
  return pairs
    .filter(
      ({ trueIndex, predictedIndex, count }) =>
        trueIndex !== predictedIndex && count > 0 && count >= minCount,
    )
    .sort((a, b) => b.count - a.count);
}

function checkMatrix(subject: string, matrix: unknown): void {
  const isSquare =
    isArray(matrix) &&
    matrix.length > 0 &&
    Array.from(matrix as ArrayLike<unknown>[]).every((row) => row?.length === matrix.length);
  check(
    isSquare,
    subject,
    "a square matrix",
    isArray(matrix) ? `${matrix.length} rows of other lengths` : describe(matrix),
    "pass the result of confusionMatrix",
  );
  for (const row of matrix as ArrayLike<number>[]) {
    const counts = Array.from(row);
    const stray = counts.findIndex((count) => !(Number.isFinite(count) && count >= 0));
    check(
      stray === -1,
      subject,
      "counts of at least 0",
      describe(counts[stray]),
      "pass the result of confusionMatrix",
    );
  }
}

import { number, readOptions } from "../options.ts";
import { checkMatrix } from "./matrix.ts";
import { namesOf } from "./readers.ts";

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
  checkMatrix(subject, matrix);
  const { minCount, classNames } = readOptions(subject, options, {
    minCount: number({ min: 0, default: 0 }),
    classNames: namesOf([...matrix.keys()], undefined),
  });
  const pairs = matrix.flatMap((row, i) =>
    Array.from(row, (count, j) => ({
      trueName: classNames[i],
      predictedName: classNames[j],
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

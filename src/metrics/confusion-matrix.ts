import { allocate } from "../bytes/allocate.ts";
import { check } from "../checks.ts";
import { oneOf, readOptions } from "../options.ts";
import { encodePair, type EncodedPair } from "./encode-pair.ts";
import { checkPair, type Labels, type SampleWeight } from "./labels.ts";
import { type MatrixNormalization, NORMALIZATIONS, normalizeMatrix } from "./matrix.ts";
import { labelList, sampleWeights } from "./readers.ts";

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions {
  /**
   * Labels of the rows and columns, in this order; samples whose true or predicted label is not
   * among them are left out. Default: all labels that occur, sorted.
   */
  readonly labels?: Labels;
  /** What each sample counts; default 1. */
  readonly sampleWeight?: SampleWeight;
  /** Divide by the sum of the row (`"true"`), of the column (`"pred"`) or of all. Default none. */
  readonly normalize?: MatrixNormalization;
}

/**
 * How often each label was predicted as each label: row = true label, column = predicted label.
 *
 * Entry `[i][j]` is the number (or the weight) of samples of `labels[i]` that were predicted as
 * `labels[j]`; with `normalize`, 0/0 gives 0.
 * @param yTrue true labels, one a sample; not modified.
 * @param yPred predicted labels, as many; not modified.
 * @throws {ArgumentError} for labels that are not whole numbers, different lengths, no samples, or
 *   `labels` of which none occurs in yTrue.
 * @see scikit-learn, `sklearn.metrics.confusion_matrix`
 */
export function confusionMatrix(
  yTrue: Labels,
  yPred: Labels,
  options: ConfusionMatrixOptions = {},
): number[][] {
  const subject = "confusionMatrix";
  checkPair(subject, yTrue, yPred);
  const { labels, sampleWeight, normalize } = readOptions(subject, options, {
    labels: labelList(),
    sampleWeight: sampleWeights(yTrue.length),
    normalize: oneOf(NORMALIZATIONS, { optional: true }),
  });
  const pair = encodePair(yTrue, yPred, labels);
  check(
    labels === undefined || pair.trueCodes.some((code) => code < labels.length),
    subject,
    "at least one of labels to occur in yTrue",
    "none",
    "pass labels of the data",
  );
  return normalizeMatrix(countPairs(pair, sampleWeight), normalize);
}

/** The weight of the samples of each listed true label, row by row, that have each predicted one. */
export function countPairs(
  { labels: { length: n }, trueCodes, predCodes }: EncodedPair,
  sampleWeight: SampleWeight,
): number[][] {
  const counts = allocate(Float64Array, n * n, {
    subject: "confusionMatrix",
    what: `a matrix of ${n} x ${n} classes`,
    remedy: "name the classes that matter with the option labels",
  });
  for (let i = 0; i < trueCodes.length; i++) {
    const row = trueCodes[i];
    const column = predCodes[i];
    if (row < n && column < n) counts[row * n + column] += sampleWeight[i];
  }
  return Array.from({ length: n }, (_, i) => Array.from(counts.subarray(i * n, i * n + n)));
}

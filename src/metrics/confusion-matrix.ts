import { allocate } from "../bytes/allocate.ts";
import { check, checkOneOf, checkOptions } from "../checks.ts";
import { encodePair } from "./encode-pair.ts";
import { checkSampleWeight, type Labels, type SampleWeight } from "./labels.ts";
import { pairwiseSum } from "./sum.ts";

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
  readonly normalize?: "true" | "pred" | "all";
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
  checkOptions(subject, options, ["labels", "sampleWeight", "normalize"]);
  const { labels, sampleWeight, normalize } = options;
  if (normalize !== undefined) {
    checkOneOf(subject, "normalize", normalize, ["true", "pred", "all"]);
  }
  const { labels: listed, trueCodes, predCodes } = encodePair(subject, yTrue, yPred, labels);
  checkSampleWeight(subject, sampleWeight, yTrue.length);
  const n = listed.length;
  check(
    labels === undefined || trueCodes.some((code) => code < n),
    subject,
    "at least one of labels to occur in yTrue",
    "none",
    "pass labels of the data",
  );
  return normalized(countPairs(trueCodes, predCodes, n, sampleWeight), n, normalize);
}

/** The counts as one array, row by row; codes from `n` on are left out. */
export function countPairs(
  trueCodes: Int32Array,
  predCodes: Int32Array,
  n: number,
  sampleWeight?: SampleWeight,
): Float64Array {
  const counts = allocate(Float64Array, n * n, {
    subject: "confusionMatrix",
    what: `a matrix of ${n} x ${n} classes`,
    remedy: "name the classes that matter with the option labels",
  });
  for (let i = 0; i < trueCodes.length; i++) {
    const row = trueCodes[i];
    const column = predCodes[i];
    if (row < n && column < n) counts[row * n + column] += sampleWeight ? sampleWeight[i] : 1;
  }
  return counts;
}

function normalized(
  counts: Float64Array,
  n: number,
  normalize: ConfusionMatrixOptions["normalize"],
): number[][] {
  const rows = Array.from({ length: n }, (_, i) => Array.from(counts.subarray(i * n, i * n + n)));
  if (normalize === undefined) return rows;
  const total = pairwiseSum(counts);
  const columnSums = rows.reduce((sums, row) => sums.map((sum, j) => sum + row[j]));
  return rows.map((row) => {
    const rowSum = pairwiseSum(row);
    return row.map((count, j) => {
      const sum = { true: rowSum, pred: columnSums[j], all: total }[normalize];
      return sum === 0 ? 0 : count / sum;
    });
  });
}

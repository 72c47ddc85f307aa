import { check, checkOneOf, checkOptions, describe } from "../checks.ts";
import { countClasses } from "./class-counts.ts";
import {
  averagedScores,
  checkZeroDivision,
  scoresByClass,
  type Average,
  type AveragedScores,
  type ScoresByClass,
  type ZeroDivision,
} from "./class-scores.ts";
import { encodePair, type EncodedPair } from "./encode-pair.ts";
import { checkSampleWeight, type Labels, type SampleWeight } from "./labels.ts";

/** Options of {@link precisionRecallFscoreSupport}. */
export interface PrecisionRecallFscoreOptions {
  /**
   * `null` (default): one score a class. `"micro"`: from the counts summed over the classes.
   * `"macro"`: the plain mean over the classes. `"weighted"`: their mean weighted by support.
   * `"binary"`: the scores of `posLabel` alone, for data with at most two labels.
   */
  readonly average?: Average | null;
  /** Weight of recall against precision in the F-score, 0 to infinity; default 1. */
  readonly beta?: number;
  /** Classes to report on, in this order. Default: all labels that occur, sorted. */
  readonly labels?: Labels;
  /** The positive class of `average: "binary"`; default 1. */
  readonly posLabel?: number;
  /** What each sample counts; default 1. */
  readonly sampleWeight?: SampleWeight;
  /** What 0/0 gives: 0 (default), 1 or NaN. */
  readonly zeroDivision?: ZeroDivision;
}

/**
 * Precision, recall, F-score and support, of each class against the rest.
 *
 * precision = tp / predicted, recall = tp / true, F = (1 + beta²) tp / (beta² true + predicted).
 * @param yTrue true labels, one a sample; not modified.
 * @param yPred predicted labels, as many; not modified.
 * @throws {ArgumentError} for labels that are not whole numbers, different lengths, no samples,
 *   unknown options and options out of range.
 * @see scikit-learn, `sklearn.metrics.precision_recall_fscore_support`
 */
export function precisionRecallFscoreSupport(
  yTrue: Labels,
  yPred: Labels,
  options?: PrecisionRecallFscoreOptions & { readonly average?: null },
): ScoresByClass;
export function precisionRecallFscoreSupport(
  yTrue: Labels,
  yPred: Labels,
  options: PrecisionRecallFscoreOptions & { readonly average: Average },
): AveragedScores;
export function precisionRecallFscoreSupport(
  yTrue: Labels,
  yPred: Labels,
  options?: PrecisionRecallFscoreOptions,
): ScoresByClass | AveragedScores;
export function precisionRecallFscoreSupport(
  yTrue: Labels,
  yPred: Labels,
  options: PrecisionRecallFscoreOptions = {},
): ScoresByClass | AveragedScores {
  const subject = "precisionRecallFscoreSupport";
  checkOptions(subject, options, [
    "average",
    "beta",
    "labels",
    "posLabel",
    "sampleWeight",
    "zeroDivision",
  ]);
  const {
    average = null,
    beta = 1,
    labels,
    posLabel = 1,
    sampleWeight,
    zeroDivision = 0,
  } = options;
  if (average !== null) {
    checkOneOf(subject, "average", average, ["micro", "macro", "weighted", "binary"]);
  }
  check(
    typeof beta === "number" && beta >= 0,
    subject,
    "beta to be a number of at least 0",
    describe(beta),
    "pass e.g. 1; Infinity is recall alone",
  );
  checkZeroDivision(subject, zeroDivision);

  const pair =
    average === "binary"
      ? encodeBinary(subject, yTrue, yPred, posLabel)
      : encodePair(subject, yTrue, yPred, labels);
  checkSampleWeight(subject, sampleWeight, yTrue.length);
  const counts = countClasses(pair, sampleWeight);
  return average === null
    ? scoresByClass(counts, beta, zeroDivision)
    : averagedScores(counts, average, beta, zeroDivision);
}

function encodeBinary(
  subject: string,
  yTrue: Labels,
  yPred: Labels,
  posLabel: number,
): EncodedPair {
  const present = encodePair(subject, yTrue, yPred).labels;
  check(
    present.length <= 2,
    subject,
    'at most two labels with average: "binary"',
    `${present.length} labels`,
    'pass average: "macro", "micro", "weighted" or null',
  );
  check(
    present.length < 2 || present.includes(posLabel),
    subject,
    `posLabel to be one of the labels ${present.join(", ")}`,
    describe(posLabel),
    "pass the label of the positive class",
  );
  return encodePair(subject, yTrue, yPred, [posLabel]);
}

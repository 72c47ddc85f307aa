import { check, describe } from "../checks.ts";
import { integer, like, oneOf, readOptions } from "../options.ts";
import { countClasses } from "./class-counts.ts";
import {
  averagedScores,
  scoresByClass,
  type Average,
  type AveragedScores,
  type ScoresByClass,
  type ZeroDivision,
} from "./class-scores.ts";
import { encodePair } from "./encode-pair.ts";
import { checkPair, type Labels, type SampleWeight } from "./labels.ts";
import { labelList, sampleWeights, zeroDivision } from "./readers.ts";

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
  checkPair(subject, yTrue, yPred);
  const settings = readOptions(subject, options, {
    average: oneOf(["micro", "macro", "weighted", "binary", null], { default: null }),
    beta: like(isBeta, "a number of at least 0", "pass e.g. 1; Infinity is recall alone", {
      default: 1,
    }),
    labels: labelList(),
    posLabel: integer({ default: 1 }),
    sampleWeight: sampleWeights(yTrue.length),
    zeroDivision: zeroDivision(),
  });
  const { average, beta, posLabel } = settings;
  if (average === "binary") checkBinary(subject, encodePair(yTrue, yPred).labels, posLabel);
  const labels = average === "binary" ? [posLabel] : settings.labels;
  const counts = countClasses(encodePair(yTrue, yPred, labels), settings.sampleWeight);
  return average === null
    ? scoresByClass(counts, beta, settings.zeroDivision)
    : averagedScores(counts, average, beta, settings.zeroDivision);
}

const isBeta = (value: unknown): value is number => typeof value === "number" && value >= 0;

/** Throws unless the labels that occur are two at most, `posLabel` among them. */
function checkBinary(subject: string, present: readonly number[], posLabel: number): void {
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
}

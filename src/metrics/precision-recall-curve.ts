import type { Labels, SampleWeight } from "./labels.ts";
import { averageOverClasses, classProblems, type OneVersusRestOptions } from "./one-versus-rest.ts";
import type { ScoreRows } from "./scores.ts";
import { pairwiseSum } from "./sum.ts";
import { countAtThresholds, readBinary, type BinaryScores } from "./threshold-counts.ts";

/** Precision and recall at each threshold, and a last point without one: precision 1, recall 0. */
export interface PrecisionRecallCurve {
  /** Share of the samples called positive that are. */
  readonly precision: readonly number[];
  /** Share of the positive samples that are called so, falling; 1 throughout if there are none. */
  readonly recall: readonly number[];
  /** Scores from which on a sample is called positive, rising; one fewer than points. */
  readonly thresholds: readonly number[];
}

/** Options of {@link precisionRecallCurve}. */
export interface PrecisionRecallCurveOptions {
  /** The label of the positive class; default 1. */
  readonly posLabel?: number;
  /** What each sample counts; default 1. */
  readonly sampleWeight?: SampleWeight;
  /** Whether to keep only the ends of stretches of equal recall; default false. */
  readonly dropIntermediate?: boolean;
}

/**
 * The precision-recall curve of scores for one class against the rest.
 * @param yTrue true labels, one a sample; not modified.
 * @param yScore the higher, the more likely the positive class; one a sample.
 * @throws {ArgumentError} if labels and scores do not fit together, hold a value that cannot be,
 *   or an option is unknown or out of its range.
 * @see scikit-learn, `sklearn.metrics.precision_recall_curve`
 */
export function precisionRecallCurve(
  yTrue: Labels,
  yScore: ArrayLike<number>,
  options: PrecisionRecallCurveOptions = {},
): PrecisionRecallCurve {
  const subject = "precisionRecallCurve";
  const { problem, dropIntermediate } = readBinary(subject, yTrue, yScore, options, false);
  return binaryCurve(problem, dropIntermediate);
}

/** The precision-recall curve of one class and its average precision. */
export interface ClassPrecisionRecallCurve extends PrecisionRecallCurve {
  /** The class index. */
  readonly label: number;
  /** The area under the steps of the curve, 0 to 1. */
  readonly averagePrecision: number;
}

/**
 * The precision-recall curves of all classes, each against the rest, with their average precisions.
 * @param yTrue true labels, one a sample; not modified.
 * @param yScore scores, `[samples, classes]`, nested or flat.
 * @throws {ArgumentError} if labels and scores do not fit together, hold a value that cannot be,
 *   or an option is unknown or out of its range.
 */
export function precisionRecallCurves(
  yTrue: Labels,
  yScore: ScoreRows,
  options: Omit<OneVersusRestOptions, "average"> = {},
): ClassPrecisionRecallCurve[] {
  return classProblems("precisionRecallCurves", yTrue, yScore, options).map((problem) => {
    const curve = binaryCurve(problem, false);
    return { label: problem.label, ...curve, averagePrecision: averagePrecision(curve) };
  });
}

/**
 * Average precision: precision averaged over recall, the area under the curve as steps, 0 to 1; over
 * the classes, each against the rest.
 * @param yTrue true labels, one a sample; not modified.
 * @param yScore `[samples, classes]`, nested or flat; or one score a sample, for label 1 against 0.
 * @throws {ArgumentError} if labels and scores do not fit together, hold a value that cannot be,
 *   or an option is unknown or out of its range.
 * @see scikit-learn, `sklearn.metrics.average_precision_score`
 */
export function averagePrecisionScore(
  yTrue: Labels,
  yScore: ScoreRows,
  options: OneVersusRestOptions & { readonly average: null },
): number[];
export function averagePrecisionScore(
  yTrue: Labels,
  yScore: ScoreRows,
  options?: OneVersusRestOptions & { readonly average?: "macro" | "weighted" | "micro" },
): number;
export function averagePrecisionScore(
  yTrue: Labels,
  yScore: ScoreRows,
  options: OneVersusRestOptions = {},
): number | number[] {
  return averageOverClasses("averagePrecisionScore", yTrue, yScore, options, (problem) =>
    averagePrecision(binaryCurve(problem, false)),
  );
}

function binaryCurve(scores: BinaryScores, dropIntermediate: boolean): PrecisionRecallCurve {
  const { thresholds, truePositives: tp, falsePositives: fp } = countAtThresholds(scores);
  const isEnd = (i: number): boolean =>
    i === 0 || i === tp.length - 1 || tp[i] !== tp[i - 1] || tp[i + 1] !== tp[i];
  const kept = thresholds
    .map((_, i) => i)
    .filter((i) => !dropIntermediate || isEnd(i))
    .reverse();
  const positives = tp[tp.length - 1];
  return {
    // A threshold stands for at least one sample: the sum is never 0.
    precision: [...kept.map((i) => tp[i] / (tp[i] + fp[i])), 1],
    recall: [...kept.map((i) => (positives === 0 ? 1 : tp[i] / positives)), 0],
    thresholds: kept.map((i) => thresholds[i]),
  };
}

function averagePrecision({ precision, recall }: PrecisionRecallCurve): number {
  const steps = recall.slice(1).map((next, i) => (next - recall[i]) * precision[i]);
  return Math.max(0, -pairwiseSum(steps));
}

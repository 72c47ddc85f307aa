import type { Labels, SampleWeight } from "./labels.ts";
import { averageOverClasses, classProblems, type OneVersusRestOptions } from "./one-versus-rest.ts";
import type { ScoreRows } from "./scores.ts";
import { pairwiseSum } from "./sum.ts";
import { countAtThresholds, readBinary, type BinaryScores } from "./threshold-counts.ts";

/** A receiver operating characteristic: one point a threshold, from (0, 0) to (1, 1). */
export interface RocCurve {
  /** Share of the negative samples called positive at each threshold, rising; NaN without any. */
  readonly falsePositiveRate: readonly number[];
  /** Share of the positive samples called positive, rising; NaN without any. */
  readonly truePositiveRate: readonly number[];
  /** Scores from which on a sample is called positive, falling; the first is infinity: none. */
  readonly thresholds: readonly number[];
}

/** Options of {@link rocCurve}. */
export interface RocCurveOptions {
  /** The label of the positive class; default 1. */
  readonly posLabel?: number;
  /** What each sample counts; default 1. */
  readonly sampleWeight?: SampleWeight;
  /** Whether to leave out points on the straight line between their neighbours; default true. */
  readonly dropIntermediate?: boolean;
}

/**
 * The ROC curve of scores for one class against the rest.
 * @param yTrue true labels, one a sample; not modified.
 * @param yScore the higher, the more likely the positive class; one a sample.
 * @throws {ArgumentError} if labels and scores do not fit together, hold a value that cannot be,
 *   or an option is unknown or out of its range.
 * @see scikit-learn, `sklearn.metrics.roc_curve`
 */
export function rocCurve(
  yTrue: Labels,
  yScore: ArrayLike<number>,
  options: RocCurveOptions = {},
): RocCurve {
  const { problem, dropIntermediate } = readBinary("rocCurve", yTrue, yScore, options, true);
  return binaryRoc(problem, dropIntermediate);
}

/** The ROC curve of one class and its area. */
export interface ClassRocCurve extends RocCurve {
  /** The class index. */
  readonly label: number;
  /** The area under the curve, 0 to 1. */
  readonly area: number;
}

/**
 * The ROC curves of all classes, each against the rest, with the areas under them.
 * @param yTrue true labels, one a sample; not modified.
 * @param yScore scores, `[samples, classes]`, nested or flat.
 * @throws {ArgumentError} if labels and scores do not fit together, hold a value that cannot be,
 *   or an option is unknown or out of its range.
 */
export function rocCurves(
  yTrue: Labels,
  yScore: ScoreRows,
  options: Omit<OneVersusRestOptions, "average"> = {},
): ClassRocCurve[] {
  return classProblems("rocCurves", yTrue, yScore, options).map((problem) => {
    const curve = binaryRoc(problem, true);
    return { label: problem.label, ...curve, area: areaUnder(curve) };
  });
}

/**
 * The area under the ROC curve: the probability that a positive sample scores higher than a negative
 * one, 0 to 1, averaged over the classes, each against the rest. NaN where a class has no positive or
 * no negative sample.
 * @param yTrue true labels, one a sample; not modified.
 * @param yScore `[samples, classes]`, nested or flat; or one score a sample, for label 1 against 0.
 * @throws {ArgumentError} if labels and scores do not fit together, hold a value that cannot be,
 *   or an option is unknown or out of its range.
 * @see scikit-learn, `sklearn.metrics.roc_auc_score` with `multi_class="ovr"`
 */
export function rocAucScore(
  yTrue: Labels,
  yScore: ScoreRows,
  options: OneVersusRestOptions & { readonly average: null },
): number[];
export function rocAucScore(
  yTrue: Labels,
  yScore: ScoreRows,
  options?: OneVersusRestOptions & { readonly average?: "macro" | "weighted" | "micro" },
): number;
export function rocAucScore(
  yTrue: Labels,
  yScore: ScoreRows,
  options: OneVersusRestOptions = {},
): number | number[] {
  return averageOverClasses("rocAucScore", yTrue, yScore, options, (problem) =>
    areaUnder(binaryRoc(problem, true)),
  );
}

export function binaryRoc(scores: BinaryScores, dropIntermediate: boolean): RocCurve {
  const { thresholds, truePositives: tp, falsePositives: fp } = countAtThresholds(scores);
  const isCorner = (i: number): boolean =>
    i === 0 ||
    i === tp.length - 1 ||
    fp[i + 1] - fp[i] !== fp[i] - fp[i - 1] ||
    tp[i + 1] - tp[i] !== tp[i] - tp[i - 1];
  const kept = thresholds.map((_, i) => i).filter((i) => !dropIntermediate || isCorner(i));
  const shares = (counts: readonly number[]): number[] => {
    const total = counts[counts.length - 1];
    const share = (count: number): number => (total > 0 ? count / total : NaN);
    return [share(0), ...kept.map((i) => share(counts[i]))];
  };
  return {
    falsePositiveRate: shares(fp),
    truePositiveRate: shares(tp),
    thresholds: [Infinity, ...kept.map((i) => thresholds[i])],
  };
}

/** The area under a curve by the trapezoidal rule. */
export function areaUnder({
  falsePositiveRate: x,
  truePositiveRate: y,
}: Omit<RocCurve, "thresholds">): number {
  return pairwiseSum(x.slice(1).map((right, i) => ((right - x[i]) * (y[i + 1] + y[i])) / 2));
}

import { poolClasses, type ClassCounts } from "./class-counts.ts";
import { nanMean } from "./sum.ts";

/** How the scores of the classes become one number. */
export type Average = "micro" | "macro" | "weighted" | "binary";

/** What a score is where it would be 0/0; with NaN, averages leave it out. */
export type ZeroDivision = number;

/** Scores class by class. */
export interface ScoresByClass {
  /** The classes, in the order of the arrays below. */
  readonly labels: readonly number[];
  /** tp / predicted of each class. */
  readonly precision: readonly number[];
  /** tp / true of each class. */
  readonly recall: readonly number[];
  /** F-beta of each class. */
  readonly fscore: readonly number[];
  /** Number (or weight) of true samples of each class. */
  readonly support: readonly number[];
}

/** Scores averaged over the classes. */
export interface AveragedScores {
  /** Averaged precision. */
  readonly precision: number;
  /** Averaged recall. */
  readonly recall: number;
  /** Averaged F-beta. */
  readonly fscore: number;
  /** Always `null`: averages have no support, as in scikit-learn. */
  readonly support: null;
}

/** The scores of each class. */
export function scoresByClass(
  { labels, truePositives, predicted, support }: ClassCounts,
  beta: number,
  zeroDivision: ZeroDivision,
): ScoresByClass {
  const divide = (numerator: number, denominator: number): number =>
    denominator === 0 ? zeroDivision : numerator / denominator;
  const precision = truePositives.map((tp, i) => divide(tp, predicted[i]));
  const recall = truePositives.map((tp, i) => divide(tp, support[i]));
  const beta2 = beta * beta;
  const fscore = truePositives.map((tp, i) => {
    // The limits of the formula, which itself would be infinity/infinity or miss 0/0.
    if (beta2 === Infinity) return recall[i];
    if (beta === 0) return precision[i];
    return divide((1 + beta2) * tp, beta2 * support[i] + predicted[i]);
  });
  return { labels, precision, recall, fscore, support };
}

/** The scores averaged over the classes; `"binary"` has one class. */
export function averagedScores(
  counts: ClassCounts,
  average: Average,
  beta: number,
  zeroDivision: ZeroDivision,
): AveragedScores {
  const pooled = average === "micro" ? poolClasses(counts) : counts;
  const scores = scoresByClass(pooled, beta, zeroDivision);
  const weights = average === "weighted" ? counts.support : undefined;
  return {
    precision: nanMean(scores.precision, weights),
    recall: nanMean(scores.recall, weights),
    fscore: nanMean(scores.fscore, weights),
    support: null,
  };
}

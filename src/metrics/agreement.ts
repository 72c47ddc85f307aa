/** Single numbers for how well two labellings agree, made from their confusion matrix. */
import { checkNumber } from "../checks.ts";
import { boolean, oneOf, reader, readOptions } from "../options.ts";
import { countPairs } from "./confusion-matrix.ts";
import { encodePair } from "./encode-pair.ts";
import { checkPair, type Labels, type SampleWeight } from "./labels.ts";
import { sumsOf } from "./matrix.ts";
import { labelList, sampleWeights } from "./readers.ts";
import { nanMean, pairwiseSum } from "./sum.ts";

/** Options of {@link balancedAccuracyScore}. */
export interface BalancedAccuracyOptions {
  /** What each sample counts; default 1. */
  readonly sampleWeight?: SampleWeight;
  /**
   * Rescale so that guessing scores 0 and a perfect score stays 1; default false. With one true class
   * guessing is perfect, and the score NaN.
   */
  readonly adjusted?: boolean;
}

/**
 * The mean of the recalls of all classes that occur in yTrue: accuracy as it would be if all of them
 * were equally frequent, 0 to 1.
 * @param yTrue true labels, one a sample; not modified.
 * @param yPred predicted labels, as many; not modified.
 * @throws {ArgumentError} for labels that are not whole numbers, different lengths, no samples, or
 *   an option that is unknown or out of its range.
 * @see scikit-learn, `sklearn.metrics.balanced_accuracy_score`
 */
export function balancedAccuracyScore(
  yTrue: Labels,
  yPred: Labels,
  options: BalancedAccuracyOptions = {},
): number {
  const subject = "balancedAccuracyScore";
  checkPair(subject, yTrue, yPred);
  const { adjusted, sampleWeight } = readOptions(subject, options, {
    adjusted: boolean({ default: false }),
    sampleWeight: sampleWeights(yTrue.length),
  });
  const rows = countPairs(encodePair(yTrue, yPred), sampleWeight);
  const recalls = rows
    .map((row, i) => row[i] / pairwiseSum(row))
    .filter((recall) => !Number.isNaN(recall));
  const score = nanMean(recalls);
  if (!adjusted) return score;
  const chance = 1 / recalls.length;
  if (chance === 1) return NaN;
  return (score - chance) / (1 - chance);
}

/** Options of {@link cohenKappaScore}. */
export interface CohenKappaOptions {
  /** Labels to look at; samples with another one are left out. Default: all that occur. */
  readonly labels?: Labels;
  /** How mistakes grow with the distance of the labels' positions; default: all count alike. */
  readonly weights?: "linear" | "quadratic";
  /** What each sample counts; default 1. */
  readonly sampleWeight?: SampleWeight;
  /** What to give where there is only one label, so that agreement means nothing; default NaN. */
  readonly replaceUndefinedBy?: number;
}

/**
 * Cohen's kappa: agreement beyond what chance would give, 1 for perfect, 0 for chance, below 0 for
 * less. kappa = 1 - (observed disagreement) / (disagreement expected from the labels' frequencies).
 * @param yTrue true labels, one a sample; not modified.
 * @param yPred predicted labels, as many; not modified.
 * @throws {ArgumentError} for labels that are not whole numbers, different lengths, no samples, or
 *   an option that is unknown or out of its range.
 * @see scikit-learn, `sklearn.metrics.cohen_kappa_score`
 */
export function cohenKappaScore(
  yTrue: Labels,
  yPred: Labels,
  options: CohenKappaOptions = {},
): number {
  const subject = "cohenKappaScore";
  checkPair(subject, yTrue, yPred);
  const { labels, weights, sampleWeight, replaceUndefinedBy } = readOptions(subject, options, {
    labels: labelList(),
    weights: oneOf(["linear", "quadratic"], { optional: true }),
    sampleWeight: sampleWeights(yTrue.length),
    replaceUndefinedBy: reader({ default: NaN }, (value, subject, name) => {
      if (!Number.isNaN(value)) checkNumber(subject, name, value, { min: -1, max: 1 });
      return value as number;
    }),
  });
  const rows = countPairs(encodePair(yTrue, yPred, labels), sampleWeight);
  const { true: trueSums, pred: predSums } = sumsOf(rows);
  const total = pairwiseSum(predSums);
  const distance = (i: number, j: number): number => {
    if (weights === undefined) return i === j ? 0 : 1;
    return weights === "linear" ? Math.abs(i - j) : (i - j) ** 2;
  };
  const observed = rows.flatMap((row, i) => row.map((count, j) => distance(i, j) * count));
  const expected = predSums.flatMap((pred, i) =>
    trueSums.map((real, j) => distance(i, j) * ((pred * real) / total)),
  );
  const disagreement = pairwiseSum(expected);
  // Both 0 over 0 and, where no sample is left, NaN.
  if (!(disagreement > 0)) return replaceUndefinedBy;
  return 1 - pairwiseSum(observed) / disagreement;
}

/** Options of {@link matthewsCorrcoef}. */
export interface MatthewsCorrcoefOptions {
  /** What each sample counts; default 1. */
  readonly sampleWeight?: SampleWeight;
}

/**
 * Matthews's correlation coefficient for any number of classes: 1 for perfect predictions, 0 for no
 * better than chance (also where only one class is predicted or true), -1 at worst for two classes.
 * @param yTrue true labels, one a sample; not modified.
 * @param yPred predicted labels, as many; not modified.
 * @throws {ArgumentError} for labels that are not whole numbers, different lengths, no samples, or
 *   an option that is unknown or out of its range.
 * @see scikit-learn, `sklearn.metrics.matthews_corrcoef`
 */
export function matthewsCorrcoef(
  yTrue: Labels,
  yPred: Labels,
  options: MatthewsCorrcoefOptions = {},
): number {
  const subject = "matthewsCorrcoef";
  checkPair(subject, yTrue, yPred);
  const { sampleWeight } = readOptions(subject, options, {
    sampleWeight: sampleWeights(yTrue.length),
  });
  const rows = countPairs(encodePair(yTrue, yPred), sampleWeight);
  const { true: trueSums, pred: predSums } = sumsOf(rows);
  const right = rows.reduce((sum, row, i) => sum + row[i], 0);
  const total = pairwiseSum(predSums);
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * b[i], 0);
  const covariance = right * total - dot(trueSums, predSums);
  const variances =
    (total * total - dot(predSums, predSums)) * (total * total - dot(trueSums, trueSums));
  return variances === 0 ? 0 : covariance / Math.sqrt(variances);
}

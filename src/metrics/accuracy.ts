import { checkBoolean, checkOptions } from "../checks.ts";
import { checkPair, checkSampleWeight, type Labels, type SampleWeight } from "./labels.ts";
import { pairwiseSum } from "./sum.ts";

/** Options of {@link accuracyScore}. */
export interface AccuracyScoreOptions {
  /** `true` (default): the share of right predictions; `false`: their number (or weight). */
  readonly normalize?: boolean;
  /** What each sample counts; default 1. */
  readonly sampleWeight?: SampleWeight;
}

/**
 * The share of samples whose label was predicted right, 0 to 1.
 * @param yTrue true labels, one a sample; not modified.
 * @param yPred predicted labels, as many; not modified.
 * @throws {ArgumentError} for labels that are not whole numbers, different lengths or no samples.
 * @see scikit-learn, `sklearn.metrics.accuracy_score`
 */
export function accuracyScore(
  yTrue: Labels,
  yPred: Labels,
  options: AccuracyScoreOptions = {},
): number {
  const subject = "accuracyScore";
  checkOptions(subject, options, ["normalize", "sampleWeight"]);
  const { normalize = true, sampleWeight } = options;
  checkBoolean(subject, "normalize", normalize);
  checkPair(subject, yTrue, yPred);
  checkSampleWeight(subject, sampleWeight, yTrue.length);
  const hits = new Uint8Array(yTrue.length);
  for (let i = 0; i < hits.length; i++) hits[i] = yTrue[i] === yPred[i] ? 1 : 0;
  return weighHits(hits, sampleWeight, normalize);
}

/** The sum of the hits, or their mean, each counted with its weight. */
export function weighHits(
  hits: ArrayLike<number>,
  sampleWeight: SampleWeight | undefined,
  normalize: boolean,
): number {
  const weights = sampleWeight ?? new Uint8Array(hits.length).fill(1);
  const weighted = new Float64Array(hits.length);
  for (let i = 0; i < hits.length; i++) weighted[i] = hits[i] * weights[i];
  const sum = pairwiseSum(weighted);
  return normalize ? sum / pairwiseSum(weights) : sum;
}

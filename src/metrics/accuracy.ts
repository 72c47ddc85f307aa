import { boolean, readOptions } from "../options.ts";
import { checkPair, type Labels, type SampleWeight } from "./labels.ts";
import { sampleWeights } from "./readers.ts";
import { weightedSum } from "./sum.ts";

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
  checkPair(subject, yTrue, yPred);
  const { normalize, sampleWeight } = readOptions(subject, options, {
    normalize: boolean({ default: true }),
    sampleWeight: sampleWeights(yTrue.length),
  });
  const hits = new Uint8Array(yTrue.length);
  for (let i = 0; i < hits.length; i++) hits[i] = yTrue[i] === yPred[i] ? 1 : 0;
  return weightedSum(hits, sampleWeight, normalize);
}

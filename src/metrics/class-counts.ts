import type { EncodedPair } from "./encode-pair.ts";
import type { SampleWeight } from "./labels.ts";
import { pairwiseSum } from "./sum.ts";

/** What precision, recall and F-score are made of, class by class. */
export interface ClassCounts {
  readonly labels: readonly number[];
  readonly truePositives: readonly number[];
  /** How often each class was predicted. */
  readonly predicted: readonly number[];
  /** How often each class is true. */
  readonly support: readonly number[];
}

/** Counts the true positives, predictions and true samples of each listed class. */
export function countClasses(pair: EncodedPair, sampleWeight: SampleWeight): ClassCounts {
  const { labels, others, trueCodes, predCodes } = pair;
  const size = labels.length + others.length;
  const truePositives = new Float64Array(size);
  const predicted = new Float64Array(size);
  const support = new Float64Array(size);
  for (let i = 0; i < trueCodes.length; i++) {
    const weight = sampleWeight[i];
    if (trueCodes[i] === predCodes[i]) truePositives[trueCodes[i]] += weight;
    predicted[predCodes[i]] += weight;
    support[trueCodes[i]] += weight;
  }
  // scikit-learn passes through false positives and negatives; with fractional weights that
  // decides the last bit.
  const throughErrors = (sums: Float64Array): number[] =>
    labels.map((_, i) => truePositives[i] + (sums[i] - truePositives[i]));
  return {
    labels,
    truePositives: Array.from(truePositives.subarray(0, labels.length)),
    predicted: throughErrors(predicted),
    support: throughErrors(support),
  };
}

/** All classes as one: the sums of their counts. */
export function poolClasses({ truePositives, predicted, support }: ClassCounts): ClassCounts {
  return {
    labels: [],
    truePositives: [pairwiseSum(truePositives)],
    predicted: [pairwiseSum(predicted)],
    support: [pairwiseSum(support)],
  };
}

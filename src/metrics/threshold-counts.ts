import { check, describe } from "../checks.ts";
import {
  checkLabels,
  checkNumbers,
  checkSampleWeight,
  type Labels,
  type SampleWeight,
} from "./labels.ts";

/** What two-class curves are made of. */
export interface BinaryScores {
  /** 1 for the positive class, 0 for all others. */
  readonly isPositive: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
  readonly sampleWeight?: SampleWeight;
}

/** How many samples are called positive at each threshold, from the highest threshold down. */
export interface ThresholdCounts {
  /** Scores that occur: a sample is called positive if its own is at least the threshold. */
  readonly thresholds: readonly number[];
  /** Samples rightly called positive (or their weight). */
  readonly truePositives: readonly number[];
  /** Samples wrongly called positive (or their weight). */
  readonly falsePositives: readonly number[];
}

/** Checks the arguments of a two-class curve and tells the positive class from the rest. */
export function encodeBinary(
  subject: string,
  yTrue: Labels,
  yScore: ArrayLike<number>,
  { posLabel = 1, sampleWeight }: { posLabel?: number; sampleWeight?: SampleWeight },
): BinaryScores {
  checkLabels(subject, "yTrue", yTrue);
  checkNumbers(subject, "yScore", yScore, "numbers", "pass the scores of the positive class");
  check(
    yScore.length === yTrue.length,
    subject,
    `yScore to be as long as yTrue (${yTrue.length})`,
    `${yScore.length}`,
    "pass one score per sample",
  );
  check(yTrue.length > 0, subject, "at least one sample", "none", "pass the labels of a set");
  for (let i = 0; i < yScore.length; i++) {
    if (!Number.isFinite(yScore[i])) {
      check(
        false,
        subject,
        "yScore to hold finite numbers",
        `${describe(yScore[i])} at index ${i}`,
        "look for the cause where the scores were computed",
      );
    }
  }
  checkSampleWeight(subject, sampleWeight, yTrue.length);
  const isPositive = Uint8Array.from(yTrue, (label) => (label === posLabel ? 1 : 0));
  return { isPositive, scores: yScore, sampleWeight };
}

/** Counts, at each score that occurs, the samples that have it or a higher one. */
export function countAtThresholds({
  isPositive,
  scores,
  sampleWeight,
}: BinaryScores): ThresholdCounts {
  const order = Array.from({ length: scores.length }, (_, i) => i)
    // A sample without weight sets no threshold.
    .filter((i) => sampleWeight === undefined || sampleWeight[i] !== 0)
    .sort((a, b) => scores[b] - scores[a]);
  const thresholds: number[] = [];
  const truePositives: number[] = [];
  const falsePositives: number[] = [];
  let right = 0;
  let wrong = 0;
  order.forEach((sample, rank) => {
    const weight = sampleWeight ? sampleWeight[sample] : 1;
    if (isPositive[sample] === 1) right += weight;
    else wrong += weight;
    const score = scores[sample];
    if (rank + 1 < order.length && scores[order[rank + 1]] === score) return;
    thresholds.push(score);
    truePositives.push(right);
    falsePositives.push(wrong);
  });
  return { thresholds, truePositives, falsePositives };
}

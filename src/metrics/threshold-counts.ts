import { check } from "../checks.ts";
import { boolean, integer, readOptions } from "../options.ts";
import { checkNumbers, checkSamples, type Labels, type SampleWeight } from "./labels.ts";
import { sampleWeights } from "./readers.ts";
import { checkFinite } from "./scores.ts";

/** What two-class curves are made of. */
export interface BinaryScores {
  /** 1 for the positive class, 0 for all others. */
  readonly isPositive: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
  readonly sampleWeight: SampleWeight;
}

/** How many samples are called positive at each threshold, from the highest threshold down. */
interface ThresholdCounts {
  /** Scores that occur: a sample is called positive if its own is at least the threshold. */
  readonly thresholds: readonly number[];
  /** Samples rightly called positive (or their weight). */
  readonly truePositives: readonly number[];
  /** Samples wrongly called positive (or their weight). */
  readonly falsePositives: readonly number[];
}

/** Options of curves of two classes. */
interface CurveOptions {
  readonly posLabel?: number;
  readonly sampleWeight?: SampleWeight;
  readonly dropIntermediate?: boolean;
}

/**
 * Checks the arguments of a two-class curve and tells the positive class from the rest.
 * @param dropIntermediate its default.
 */
export function readBinary(
  subject: string,
  yTrue: Labels,
  yScore: ArrayLike<number>,
  options: CurveOptions,
  dropIntermediate: boolean,
): { problem: BinaryScores; dropIntermediate: boolean } {
  checkSamples(subject, yTrue);
  checkOneScoreEach(subject, yTrue, yScore);
  const settings = readOptions(subject, options, {
    posLabel: integer({ default: 1 }),
    sampleWeight: sampleWeights(yTrue.length),
    dropIntermediate: boolean({ default: dropIntermediate }),
  });
  const { posLabel, sampleWeight } = settings;
  const isPositive = Uint8Array.from(yTrue, (label) => (label === posLabel ? 1 : 0));
  const problem = { isPositive, scores: yScore, sampleWeight };
  return { problem, dropIntermediate: settings.dropIntermediate };
}

/** Throws unless there is a finite score for each sample. */
export function checkOneScoreEach(subject: string, yTrue: Labels, yScore: ArrayLike<number>): void {
  checkNumbers(subject, "yScore", yScore, "numbers", "pass the scores of the positive class");
  check(
    yScore.length === yTrue.length,
    subject,
    `yScore to be as long as yTrue (${yTrue.length})`,
    yScore.length,
    "pass one score per sample",
  );
  checkFinite(subject, "yScore", yScore);
}

/** Counts, at each score that occurs, the samples that have it or a higher one. */
export function countAtThresholds({
  isPositive,
  scores,
  sampleWeight,
}: BinaryScores): ThresholdCounts {
  const order = Array.from({ length: scores.length }, (_, i) => i)
    // A sample without weight sets no threshold.
    .filter((i) => sampleWeight[i] !== 0)
    .sort((a, b) => scores[b] - scores[a]);
  const thresholds: number[] = [];
  const truePositives: number[] = [];
  const falsePositives: number[] = [];
  let right = 0;
  let wrong = 0;
  order.forEach((sample, rank) => {
    const weight = sampleWeight[sample];
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

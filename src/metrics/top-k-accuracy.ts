import { checkInteger } from "../checks.ts";
import { anything, boolean, integer, readOptions } from "../options.ts";
import { checkSamples, type Labels, type SampleWeight } from "./labels.ts";
import { sampleWeights } from "./readers.ts";
import { encodeScores, type ScoreRows } from "./scores.ts";
import { weightedSum } from "./sum.ts";

/** Options of {@link topKAccuracyScore}. */
export interface TopKAccuracyScoreOptions {
  /** How many of the highest scores count as a prediction, 1 to the number of classes; default 2. */
  readonly k?: number;
  /** `true` (default): the share of hits; `false`: their number (or weight). */
  readonly normalize?: boolean;
  /** What each sample counts; default 1. */
  readonly sampleWeight?: SampleWeight;
  /** The label of each column of scores, ascending; default 0, 1, 2, ... */
  readonly labels?: Labels;
}

/**
 * The share of samples whose true label is among the `k` labels with the highest scores, 0 to 1. Of
 * equal scores the one of the later class ranks higher.
 * @param yTrue true labels, one a sample; not modified.
 * @param yScore scores such as probabilities, `[samples, classes]`, nested or flat.
 * @throws {ArgumentError} for shapes that do not fit, scores that are NaN, labels without a column.
 * @see scikit-learn, `sklearn.metrics.top_k_accuracy_score`
 */
export function topKAccuracyScore(
  yTrue: Labels,
  yScore: ScoreRows,
  options: TopKAccuracyScoreOptions = {},
): number {
  const subject = "topKAccuracyScore";
  checkSamples(subject, yTrue);
  const settings = readOptions(subject, options, {
    k: integer({ default: 2 }),
    normalize: boolean({ default: true }),
    sampleWeight: sampleWeights(yTrue.length),
    labels: anything<Labels | undefined>(),
  });
  const { k, normalize, sampleWeight } = settings;
  const { scores, classes, columns } = encodeScores(subject, yTrue, yScore, settings.labels);
  checkInteger(subject, "k", k, { min: 1, max: classes });
  const hits = columns.map((column, i) => {
    const row = i * classes;
    const score = scores[row + column];
    let higher = 0;
    for (let j = 0; j < classes; j++) {
      if (scores[row + j] > score || (scores[row + j] === score && j > column)) higher++;
    }
    return higher < k ? 1 : 0;
  });
  return weightedSum(hits, sampleWeight, normalize);
}

import { anything, boolean, readOptions } from "../options.ts";
import { checkSamples, type Labels, type SampleWeight } from "./labels.ts";
import { sampleWeights } from "./readers.ts";
import { encodeProbabilities, type ScoreRows } from "./scores.ts";
import { weightedSum } from "./sum.ts";

/** Options of {@link logLoss}. */
export interface LogLossOptions {
  /** The label of each column of probabilities, ascending; default 0, 1, 2, ... */
  readonly labels?: Labels;
  /** `true` (default): the mean over the samples; `false`: their sum. */
  readonly normalize?: boolean;
  /** What each sample counts; default 1. */
  readonly sampleWeight?: SampleWeight;
}

/**
 * The log loss, or cross-entropy: the mean of -ln(probability of the true label), at least 0.
 *
 * Probabilities are kept off 0 and 1 by the precision of their numbers: 2^-23 in a Float32Array or
 * rows of them, otherwise 2^-52.
 * @param yTrue true labels, one a sample; not modified.
 * @param yProba probabilities, `[samples, classes]`, nested or flat; each row sums to 1.
 * @throws {ArgumentError} if labels and scores do not fit together, hold a value that cannot be,
 *   or an option is unknown or out of its range.
 * @see scikit-learn, `sklearn.metrics.log_loss`
 */
export function logLoss(yTrue: Labels, yProba: ScoreRows, options: LogLossOptions = {}): number {
  const subject = "logLoss";
  checkSamples(subject, yTrue);
  const { labels, normalize, sampleWeight } = readOptions(subject, options, {
    labels: anything<Labels | undefined>(),
    normalize: boolean({ default: true }),
    sampleWeight: sampleWeights(yTrue.length),
  });
  const encoded = encodeProbabilities(subject, yTrue, yProba, labels);
  const { scores, epsilon, classes, columns } = encoded;
  const losses = Array.from(columns, (column, i) => {
    const probability = scores[i * classes + column];
    return -Math.log(Math.min(Math.max(probability, epsilon), 1 - epsilon));
  });
  return weightedSum(losses, sampleWeight, normalize);
}

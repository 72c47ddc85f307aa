import { anything, integer, oneOf, readOptions } from "../options.ts";
import { checkSamples, type Labels } from "./labels.ts";
import { encodeProbabilities, mostProbable, type ScoreRows } from "./scores.ts";

/** Options of {@link calibration}. */
export interface CalibrationOptions {
  /** Number of bins, 1 to 1,000,000; default 10. */
  readonly bins?: number;
  /** Bins of equal width (`"uniform"`, default) or with equally many samples (`"quantile"`). */
  readonly strategy?: "uniform" | "quantile";
  /** The label of each column of probabilities, ascending; default 0, 1, 2, ... */
  readonly labels?: Labels;
}

/** The samples whose confidence lies in (low, high]; the first bin includes its low end. */
export interface CalibrationBin {
  /** Lower end of the confidences. */
  readonly low: number;
  /** Upper end of the confidences. */
  readonly high: number;
  /** Number of samples. */
  readonly count: number;
  /** Their mean confidence; NaN without samples. */
  readonly confidence: number;
  /** The share of them that was predicted right; NaN without samples. */
  readonly accuracy: number;
}

/** How far a model's confidence is from its accuracy, with the data of a reliability diagram. */
export interface Calibration {
  /** ECE: the mean of |accuracy - confidence| over the bins, weighted by their samples, 0 to 1. */
  readonly expectedCalibrationError: number;
  /** MCE: the largest |accuracy - confidence| of a bin. */
  readonly maximumCalibrationError: number;
  /** The bins, by growing confidence. */
  readonly bins: readonly CalibrationBin[];
}

/**
 * Compares confidence, the probability of the predicted class, with accuracy, bin by bin. A model is
 * calibrated if of the predictions made with confidence 0.8 four out of five are right.
 * @param yTrue true labels, one a sample; not modified.
 * @param yProba probabilities, `[samples, classes]`, nested or flat; each row sums to 1.
 * @throws {ArgumentError} if labels and scores do not fit together, hold a value that cannot be,
 *   or an option is unknown or out of its range.
 * @see Guo et al., "On Calibration of Modern Neural Networks", 2017;
 *   scikit-learn, `sklearn.calibration.calibration_curve`, for the bins
 */
export function calibration(
  yTrue: Labels,
  yProba: ScoreRows,
  options: CalibrationOptions = {},
): Calibration {
  const subject = "calibration";
  checkSamples(subject, yTrue);
  const {
    bins: count,
    strategy,
    labels,
  } = readOptions(subject, options, {
    bins: integer({ min: 1, max: 1e6, default: 10 }),
    strategy: oneOf(["uniform", "quantile"], { default: "uniform" }),
    labels: anything<Labels | undefined>(),
  });
  const { scores, classes, columns } = encodeProbabilities(subject, yTrue, yProba, labels);
  const predicted = columns.map((_, i) => mostProbable(scores, classes, i));
  const confidences = Float64Array.from(predicted, (best, i) => scores[i * classes + best]);
  const hits = Uint8Array.from(predicted, (best, i) => (best === columns[i] ? 1 : 0));
  const shares = Array.from({ length: count + 1 }, (_, i) => (i === count ? 1 : i * (1 / count)));
  const edges = strategy === "uniform" ? shares : quantiles(confidences, shares);
  const bins = fillBins(edges, confidences, hits);

  const filled = bins.filter((bin) => bin.count > 0);
  const gaps = filled.map(({ accuracy, confidence }) => Math.abs(accuracy - confidence));
  const weighted = gaps.reduce((sum, gap, i) => sum + gap * filled[i].count, 0);
  return {
    expectedCalibrationError: weighted / columns.length,
    maximumCalibrationError: Math.max(...gaps),
    bins,
  };
}

function fillBins(
  edges: readonly number[],
  confidences: Float64Array,
  hits: Uint8Array,
): CalibrationBin[] {
  const count = edges.length - 1;
  const counts = new Float64Array(count);
  const sums = new Float64Array(count);
  const right = new Float64Array(count);
  const inner = edges.slice(1, -1);
  confidences.forEach((confidence, i) => {
    const found = inner.findIndex((edge) => confidence <= edge);
    const bin = found === -1 ? count - 1 : found;
    counts[bin]++;
    sums[bin] += confidence;
    right[bin] += hits[i];
  });
  return Array.from(counts, (size, i) => ({
    low: edges[i],
    high: edges[i + 1],
    count: size,
    confidence: sums[i] / size,
    accuracy: right[i] / size,
  }));
}

/**
 * The values below which the given shares of all values lie, straight between neighbours. The roundings
 * are NumPy's: a value that is itself an edge has to fall into the same bin.
 */
function quantiles(values: Float64Array, shares: readonly number[]): number[] {
  const sorted = values.slice().sort();
  const last = sorted.length - 1;
  return shares.map((share) => {
    const place = ((share * 100) / 100) * last;
    const low = Math.floor(place);
    const [a, b] = [sorted[low], sorted[Math.min(low + 1, last)]];
    const t = place - low;
    return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
  });
}

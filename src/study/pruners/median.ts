import { integer, readOptions, text } from "../../options.ts";
import type { Direction } from "../journal/operation.ts";
import type { TrialRecord } from "../trial-record.ts";
import { badness, type Pruner } from "./pruner.ts";

/** Options of {@link median}. */
export interface MedianOptions {
  /**
   * The value in the logs by which trials are compared, e.g. `"val_accuracy"`: better is what the study's `direction`
   * says.
   */
  readonly metric: string;
  /** Complete trials before any is pruned, 0 or more; default 5. */
  readonly startupTrials?: number;
  /** Epochs of a trial before it is judged, 0 or more; default 0. */
  readonly warmupEpochs?: number;
}

/**
 * Ends a trial after an epoch if its best value so far is worse than the median of what complete trials had
 * after as many epochs: Optuna's `MedianPruner`. Whose trials are complete by then depends on which ones were
 * faster: with one worker it is always the same, with several perhaps not.
 * @throws {ArgumentError} if an option is missing, unknown or out of its range.
 * @see Golovin et al., "Google Vizier", KDD 2017, section 3.2.1
 * @example
 * median({ metric: "val_loss", warmupEpochs: 3 });
 */
export function median(options: MedianOptions): Pruner {
  const { metric, startupTrials, warmupEpochs } = readOptions("median", options, {
    metric: text(),
    startupTrials: integer({ min: 0, default: 5 }),
    warmupEpochs: integer({ min: 0, default: 0 }),
  });
  return {
    metric,
    patience: () => warmupEpochs,
    isHopeless(trial, { trials, direction }) {
      const last = trial.reports.at(-1);
      const complete = trials.filter(({ state }) => state === "complete");
      if (last?.value === undefined || last.epochs <= warmupEpochs) return false;
      if (complete.length === 0 || complete.length < startupTrials) return false;
      const best = bestOf(trial, direction);
      const sizes = sizesAt(complete, last.epochs, direction);
      return best === Infinity || (sizes.length > 0 && best > middleOf(sizes));
    },
    isWaiting: () => false,
    next: () => undefined,
    toJSON: () => ({ kind: "median", metric, startupTrials, warmupEpochs }),
  };
}

const bestOf = ({ reports }: TrialRecord, direction: Direction): number =>
  Math.min(...reports.map(({ value }) => badness(value ?? NaN, direction)));

/** What trials had after so many epochs, without those that had no number. */
const sizesAt = (
  trials: readonly TrialRecord[],
  epochs: number,
  direction: Direction,
): readonly number[] =>
  trials
    .map(({ reports }) => reports.find((report) => report.epochs === epochs)?.value ?? NaN)
    .filter((value) => !Number.isNaN(value))
    .map((value) => badness(value, direction));

/** The middle one, or halfway between the middle two. */
function middleOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

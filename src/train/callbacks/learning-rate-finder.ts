import { check } from "../../checks.ts";
import { integer, number, readOptions, type Settled } from "../../options.ts";
import type { Callback, TrainingRun } from "../callback.ts";
import type { Logs } from "../logs.ts";
import { checkRateIsFree } from "../../model/learning-rate.ts";
import { valley } from "./valley.ts";

/** More would differ by less than rounding does. */
const MAX_STEPS = 100_000;

/** Options of {@link learningRateFinder}. */
export interface LearningRateFinderOptions {
  /** The first learning rate; default 1e-7. */
  readonly minLearningRate?: number;
  /** The last learning rate; default 10. */
  readonly maxLearningRate?: number;
  /** Steps from the first to the last, 2 to 100,000; default 100. */
  readonly steps?: number;
  /** Share of the smoothed loss that stays at each step, in [0, 1); default 0.9. */
  readonly smoothing?: number;
  /** The run ends when the smoothed loss is so many times its lowest value; default 4. */
  readonly stopFactor?: number;
}

/** The readers of {@link LearningRateFinderOptions}. */
export const learningRateFinderOptions = () => ({
  minLearningRate: number({ min: 0, exclusiveMin: true, default: 1e-7 }),
  maxLearningRate: number({ default: 10 }),
  steps: integer({ min: 2, max: MAX_STEPS, default: 100 }),
  smoothing: number({ min: 0, max: 1, exclusiveMax: true, default: 0.9 }),
  stopFactor: number({ min: 1, exclusiveMin: true, default: 4 }),
});

/** What a learning-rate finder has seen, step by step: the data of its plot. */
export interface LearningRateRange {
  /** Learning rate of each step. */
  readonly learningRates: readonly number[];
  /** Loss of each step's batch. */
  readonly losses: readonly number[];
  /** Loss of each step, smoothed over the steps before it. */
  readonly smoothedLosses: readonly number[];
  /**
   * A third and a sixth of the way down the longest valley of the smoothed losses, the first and the
   * last tenth of the steps left out; `undefined` if they never fall. Losses of so few batches are
   * noisy: look at the plot, and take less rather than more.
   */
  readonly suggestion: number | undefined;
}

/** A callback that has a result. */
export interface LearningRateFinder extends Callback {
  /** What has been seen so far. */
  readonly range: LearningRateRange;
}

/**
 * Raises the learning rate step by step, by equal factors, and records the loss, until it diverges:
 * the learning-rate range test of Leslie Smith. It spoils the weights of the model; `findLearningRate`
 * puts them back. Batches have to be of equal size.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 * @see fastai, `lr_find` with `valley`, for the suggestion
 */
export function learningRateFinder(options: LearningRateFinderOptions = {}): LearningRateFinder {
  const subject = "learningRateFinder";
  return finderOf(subject, readOptions(subject, options, learningRateFinderOptions()));
}

/** {@link learningRateFinder} for a function of another name, which has read the options. */
export function finderOf(
  subject: string,
  settings: Settled<ReturnType<typeof learningRateFinderOptions>>,
): LearningRateFinder {
  const { minLearningRate, maxLearningRate, steps, smoothing, stopFactor } = settings;
  check(
    maxLearningRate > minLearningRate,
    subject,
    "maxLearningRate to be above minLearningRate",
    `${maxLearningRate} and ${minLearningRate}`,
    "pass the smaller one as minLearningRate",
  );
  const learningRates: number[] = [];
  const losses: number[] = [];
  const smoothedLosses: number[] = [];
  let ownRate: number | undefined;
  let sumBefore = 0;
  let smooth = 0;
  let lowest = Infinity;

  return {
    // The running mean gives the loss of a single batch only if none is missed.
    readEvery: 1,
    get range() {
      const suggestion = learningRates[valley(smoothedLosses) ?? -1];
      return { learningRates, losses, smoothedLosses, suggestion };
    },
    onTrainBegin(_logs: Logs, run: TrainingRun): void {
      checkRateIsFree(subject, run);
      ownRate ??= run.learningRate;
    },
    onEpochBegin(): void {
      sumBefore = 0;
    },
    onBatchBegin(_batch: number, _logs: Logs, run: TrainingRun): void {
      const share = losses.length / (steps - 1);
      run.learningRate = minLearningRate * (maxLearningRate / minLearningRate) ** share;
    },
    onBatchEnd(batch: number, { loss }: Logs, run: TrainingRun): void {
      const sum = loss * (batch + 1);
      const batchLoss = sum - sumBefore;
      sumBefore = sum;
      if (Number.isFinite(batchLoss)) {
        learningRates.push(run.learningRate);
        losses.push(batchLoss);
        smooth = smoothing * smooth + (1 - smoothing) * batchLoss;
        smoothedLosses.push(smooth / (1 - smoothing ** losses.length));
      }
      const smoothed = smoothedLosses[smoothedLosses.length - 1];
      lowest = Math.min(lowest, smoothed);
      const diverges = !Number.isFinite(batchLoss) || smoothed > stopFactor * lowest;
      if (diverges || losses.length === steps) run.stopTraining();
    },
    onRunEnd(run: TrainingRun): void {
      if (ownRate !== undefined) run.learningRate = ownRate;
    },
  };
}

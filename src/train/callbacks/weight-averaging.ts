import { boolean, integer, number, readOptions } from "../../options.ts";
import type { Callback, CallbackState, TrainingRun } from "../callback.ts";
import { count, flag, list, nullable } from "../checkpoint/header-shape.ts";
import type { Logs } from "../logs.ts";
import { AveragedWeights } from "./averaged-weights.ts";
import { stateKey } from "./state-key.ts";
import { checkLengths, floats, stateReader } from "./state-reader.ts";

const SUBJECT = "weightAveraging";

/** Options of {@link weightAveraging}. */
export interface WeightAveragingOptions {
  /** Share of the average that stays at each update, in [0, 1); default 0.99. */
  readonly momentum?: number;
  /** Steps between two updates; default 1. */
  readonly every?: number;
  /**
   * Whether the averages stay in the model from the end of an epoch to the start of the next, so that
   * callbacks which come later, such as modelCheckpoint, see them; default false.
   */
  readonly swapOnEpoch?: boolean;
}

const readState = /* @__PURE__ */ stateReader(SUBJECT, {
  averages: /* @__PURE__ */ nullable(/* @__PURE__ */ list(floats)),
  isSwapped: flag,
  steps: count,
  isLaterPhase: flag,
});

/**
 * Keeps an exponential moving average of the trainable weights (EMA). The validation data are
 * measured with the averages, training goes on with the weights themselves, and at the end of the
 * run the averages are the model's weights. As Keras's `use_ema` with `SwapEMAWeights`: the first
 * update takes the weights as they are, and moving statistics of batch normalization are not
 * averaged. Holds as many tensors as there are weights until the run ends.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function weightAveraging(options: WeightAveragingOptions = {}): Callback {
  const { momentum, every, swapOnEpoch } = readOptions(SUBJECT, options, {
    momentum: number({ min: 0, max: 1, exclusiveMax: true, default: 0.99 }),
    every: integer({ min: 1, default: 1 }),
    swapOnEpoch: boolean({ default: false }),
  });

  let averages: AveragedWeights | undefined;
  let isSwapped = false;
  let steps = 0;
  let isLaterPhase = false;

  const show = (shown: boolean): void => {
    if (isSwapped === shown) return;
    averages?.swap();
    isSwapped = shown;
  };
  const release = (): void => {
    averages?.dispose();
    averages = undefined;
    isSwapped = false;
  };

  return {
    stateKey: stateKey(SUBJECT, options),
    onPhaseBegin(_phase: number, _logs: Logs, { model }: TrainingRun): void {
      release();
      steps = 0;
      // The model ended the phase before with the averages: they go on from there.
      if (isLaterPhase) averages = new AveragedWeights(model.trainableWeights);
    },
    async getState(): Promise<ReturnType<typeof readState>> {
      const values = averages ? await averages.values() : null;
      return { averages: values, isSwapped, steps, isLaterPhase };
    },
    setState(saved: CallbackState, { model }: TrainingRun): void {
      const state = readState(saved);
      if (state.averages) checkLengths(SUBJECT, state.averages, model.trainableWeights);
      release();
      if (state.averages) averages = new AveragedWeights(model.trainableWeights, state.averages);
      ({ isSwapped, steps, isLaterPhase } = state);
    },
    onEpochBegin(): void {
      show(false);
    },
    onBatchEnd(_batch: number, _logs: Logs, { model }: TrainingRun): void {
      steps++;
      if (steps % every !== 0) return;
      if (averages) averages.update(momentum);
      else averages = new AveragedWeights(model.trainableWeights);
    },
    onTestBegin(): void {
      show(true);
    },
    onTestEnd(): void {
      show(false);
    },
    onEpochEnd(): void {
      if (swapOnEpoch) show(true);
    },
    onPhaseEnd(): void {
      show(true);
      release();
      isLaterPhase = true;
    },
    onRunEnd(): void {
      // After a run that broke off the model has its own weights.
      show(false);
      release();
    },
  };
}

import { integer, number, readOptions } from "../../options.ts";
import { formatFloat } from "../../text/format-number.ts";
import type { Callback, CallbackState, TrainingRun } from "../callback.ts";
import { anyNumber, count, nullable } from "../checkpoint/header-shape.ts";
import type { Logs } from "../logs.ts";
import { checkRateIsFree } from "../../model/learning-rate.ts";
import { announcer, announceOptions, type AnnounceOptions } from "./announce.ts";
import { Monitor, monitorOptions, type MonitorOptions } from "./monitor.ts";
import { stateKey } from "./state-key.ts";
import { stateReader } from "./state-reader.ts";

const SUBJECT = "reduceLROnPlateau";

/** Options of {@link reduceLROnPlateau}; `minDelta` is 0.0001 by default. */
export interface ReduceLROnPlateauOptions extends MonitorOptions, AnnounceOptions {
  /** What the learning rate is multiplied by, in (0, 1); default 0.1. */
  readonly factor?: number;
  /** Epochs without improvement after which it is reduced; default 10. */
  readonly patience?: number;
  /** Epochs after a reduction that do not count; default 0. */
  readonly cooldown?: number;
  /** The learning rate never falls below this; default 0. */
  readonly minLearningRate?: number;
}

const readState = /* @__PURE__ */ stateReader(SUBJECT, {
  best: /* @__PURE__ */ nullable(anyNumber),
  wait: count,
  cooldownLeft: count,
});

/**
 * Lowers the learning rate when a value has stopped improving, by the rules of Keras's
 * `ReduceLROnPlateau`. Adds `learning_rate`, as it was during the epoch, to the logs.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  const settings = readOptions(SUBJECT, options, {
    ...monitorOptions(),
    ...announceOptions(),
    minDelta: number({ default: 1e-4 }),
    factor: number({ min: 0, max: 1, exclusiveMin: true, exclusiveMax: true, default: 0.1 }),
    patience: integer({ min: 0, default: 10 }),
    cooldown: integer({ min: 0, default: 0 }),
    minLearningRate: number({ min: 0, default: 0 }),
  });
  const { factor, patience, cooldown, minLearningRate } = settings;
  const monitor = new Monitor(SUBJECT, settings);
  const announce = announcer(settings);

  const fresh = (): ReturnType<typeof readState> => ({ best: null, wait: 0, cooldownLeft: 0 });
  let state = fresh();

  const reduce = async (epoch: number, run: TrainingRun): Promise<void> => {
    if (run.learningRate <= minLearningRate) return;
    const rate = Math.max(run.learningRate * factor, minLearningRate);
    run.learningRate = rate;
    state.cooldownLeft = cooldown;
    state.wait = 0;
    await announce(
      `\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${formatFloat(rate)}.`,
    );
  };

  return {
    stateKey: stateKey(SUBJECT, options),
    onTrainBegin(_logs: Logs, run: TrainingRun): void {
      checkRateIsFree(SUBJECT, run);
    },
    onPhaseBegin(): void {
      state = fresh();
    },
    getState: () => ({ ...state }),
    setState(saved: CallbackState): void {
      state = readState(saved);
    },
    async onEpochEnd(epoch: number, logs: Logs, run: TrainingRun): Promise<void> {
      logs.learning_rate = run.learningRate;
      const value = monitor.read(logs, epoch, run);
      if (value === undefined) return;
      if (state.cooldownLeft > 0) {
        state.cooldownLeft--;
        state.wait = 0;
      }
      if (monitor.isImprovement(value, state.best ?? undefined)) {
        state.best = value;
        state.wait = 0;
      } else if (state.cooldownLeft === 0) {
        state.wait++;
        if (state.wait >= patience) await reduce(epoch, run);
      }
    },
  };
}

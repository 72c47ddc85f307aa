import { checkInteger, checkNumber, checkOptions } from "../../checks.ts";
import { formatFloat } from "../../text/format-number.ts";
import type { Callback, TrainingRun } from "../callback.ts";
import type { Logs } from "../logs.ts";
import { announcer, type AnnounceOptions } from "./announce.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";
import { stateKey } from "./state-key.ts";
import { stateReader } from "./state-reader.ts";
import type { CallbackState } from "../callback.ts";
import { count, anyNumber, nullable } from "../checkpoint/header-shape.ts";

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

/** A type, not an interface, so that it counts as a dictionary of values. */
type PlateauState = {
  readonly best: number | null;
  readonly wait: number;
  readonly cooldownLeft: number;
};

const readState = /* @__PURE__ */ stateReader<PlateauState>("reduceLROnPlateau", {
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
  const subject = "reduceLROnPlateau";
  checkOptions(subject, options, [
    "monitor",
    "mode",
    "minDelta",
    "factor",
    "patience",
    "cooldown",
    "minLearningRate",
    "verbose",
    "output",
  ]);
  const { factor = 0.1, patience = 10, cooldown = 0, minLearningRate = 0 } = options;
  const { minDelta = 1e-4 } = options;
  const between = { min: 0, max: 1, exclusiveMin: true, exclusiveMax: true };
  checkNumber(subject, "factor", factor, between);
  checkInteger(subject, "patience", patience, { min: 0 });
  checkInteger(subject, "cooldown", cooldown, { min: 0 });
  checkNumber(subject, "minLearningRate", minLearningRate, { min: 0 });
  const monitor = new Monitor(subject, { ...options, minDelta });
  const announce = announcer(subject, options);

  let best: number | undefined;
  let wait = 0;
  let cooldownLeft = 0;

  const reduce = async (epoch: number, run: TrainingRun): Promise<void> => {
    if (run.learningRate <= minLearningRate) return;
    const rate = Math.max(run.learningRate * factor, minLearningRate);
    run.learningRate = rate;
    cooldownLeft = cooldown;
    wait = 0;
    await announce(
      `\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${formatFloat(rate)}.`,
    );
  };

  return {
    stateKey: stateKey("reduceLROnPlateau", options),
    onPhaseBegin(): void {
      best = undefined;
      wait = 0;
      cooldownLeft = 0;
    },
    getState(): PlateauState {
      return { best: best ?? null, wait, cooldownLeft };
    },
    setState(saved: CallbackState): void {
      const state = readState(saved);
      best = state.best ?? undefined;
      ({ wait, cooldownLeft } = state);
    },
    async onEpochEnd(epoch: number, logs: Logs, run: TrainingRun): Promise<void> {
      logs.learning_rate = run.learningRate;
      const value = monitor.read(logs);
      if (value === undefined) return;
      if (cooldownLeft > 0) {
        cooldownLeft--;
        wait = 0;
      }
      if (monitor.isImprovement(value, best)) {
        best = value;
        wait = 0;
      } else if (cooldownLeft === 0) {
        wait++;
        if (wait >= patience) await reduce(epoch, run);
      }
    },
  };
}

import { checkBoolean, checkInteger, checkNumber, checkOptions } from "../../checks.ts";
import type { Callback, TrainingRun } from "../callback.ts";
import type { Logs } from "../logs.ts";
import { announcer, type Announce, type AnnounceOptions } from "./announce.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";
import { WeightsCopy } from "./weights-copy.ts";
import { stateKey } from "./state-key.ts";
import { checkLengths, floats, stateReader } from "./state-reader.ts";
import type { CallbackState } from "../callback.ts";
import { count, list, nullable, anyNumber } from "../checkpoint/header-shape.ts";

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions extends MonitorOptions, AnnounceOptions {
  /** Epochs without improvement after which the run ends; default 0: at the first one. */
  readonly patience?: number;
  /** A value that has to be beaten too; epochs that do not beat it count as without improvement. */
  readonly baseline?: number;
  /** Whether the run ends with the weights of its best epoch instead of its last; default false. */
  readonly restoreBestWeights?: boolean;
  /** Epochs (from the start of the phase) that are not looked at; default 0. */
  readonly startFromEpoch?: number;
}

/**
 * Ends the run when a value has stopped improving, by the rules of Keras's `EarlyStopping`. The first
 * epoch of a phase never ends it.
 *
 * With `restoreBestWeights` the weights of the best epoch, kept as plain arrays, are put back at the
 * end of the run, also when it ends for another reason.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const subject = "earlyStopping";
  checkOptions(subject, options, [
    "monitor",
    "mode",
    "minDelta",
    "patience",
    "baseline",
    "restoreBestWeights",
    "startFromEpoch",
    "verbose",
    "output",
  ]);
  const { patience = 0, baseline, restoreBestWeights = false, startFromEpoch = 0 } = options;
  checkInteger(subject, "patience", patience, { min: 0 });
  if (baseline !== undefined) checkNumber(subject, "baseline", baseline);
  checkBoolean(subject, "restoreBestWeights", restoreBestWeights);
  checkInteger(subject, "startFromEpoch", startFromEpoch, { min: 0 });
  return new EarlyStopping(
    new Monitor(subject, options),
    announcer(subject, options),
    {
      patience,
      baseline,
      restoreBestWeights,
      startFromEpoch,
    },
    stateKey(subject, options),
  );
}

interface Rules {
  readonly patience: number;
  readonly baseline: number | undefined;
  readonly restoreBestWeights: boolean;
  readonly startFromEpoch: number;
}

/** A type, not an interface, so that it counts as a dictionary of values. */
type EarlyStoppingState = {
  readonly best: number | null;
  readonly bestEpoch: number;
  readonly bestWeights: readonly Float32Array[] | null;
  readonly stoppedEpoch: number;
  readonly wait: number;
};

const readState = /* @__PURE__ */ stateReader<EarlyStoppingState>("earlyStopping", {
  best: /* @__PURE__ */ nullable(anyNumber),
  bestEpoch: count,
  bestWeights: /* @__PURE__ */ nullable(/* @__PURE__ */ list(floats)),
  stoppedEpoch: count,
  wait: count,
});

class EarlyStopping implements Callback {
  readonly stateKey: string;
  readonly #monitor: Monitor;
  readonly #announce: Announce;
  readonly #rules: Rules;
  #best: number | undefined;
  #bestEpoch = 0;
  #bestWeights: WeightsCopy | undefined;
  #stoppedEpoch = 0;
  #wait = 0;

  constructor(monitor: Monitor, announce: Announce, rules: Rules, key: string) {
    this.stateKey = key;
    this.#monitor = monitor;
    this.#announce = announce;
    this.#rules = rules;
  }

  onPhaseBegin(): void {
    this.#best = undefined;
    this.#bestEpoch = 0;
    this.#bestWeights = undefined;
    this.#stoppedEpoch = 0;
    this.#wait = 0;
  }

  async onEpochEnd(epoch: number, logs: Logs, run: TrainingRun): Promise<void> {
    const { patience, baseline, restoreBestWeights, startFromEpoch } = this.#rules;
    const value = this.#monitor.read(logs);
    if (value === undefined || epoch < startFromEpoch) return;
    this.#wait++;
    if (this.#monitor.isImprovement(value, this.#best)) {
      this.#best = value;
      this.#bestEpoch = epoch;
      if (restoreBestWeights) this.#bestWeights = await WeightsCopy.of(run.model);
      const beatsBaseline = baseline === undefined || this.#monitor.isImprovement(value, baseline);
      if (beatsBaseline) this.#wait = 0;
    } else if (this.#wait >= patience && epoch > 0) {
      this.#stoppedEpoch = epoch;
      run.stopTraining();
    }
  }

  getState(): EarlyStoppingState {
    return {
      best: this.#best ?? null,
      bestEpoch: this.#bestEpoch,
      bestWeights: this.#bestWeights?.values ?? null,
      stoppedEpoch: this.#stoppedEpoch,
      wait: this.#wait,
    };
  }

  setState(saved: CallbackState, { model }: TrainingRun): void {
    const state = readState(saved);
    if (state.bestWeights) {
      checkLengths("earlyStopping", state.bestWeights, model.weights);
      this.#bestWeights = new WeightsCopy(model, state.bestWeights);
    }
    this.#best = state.best ?? undefined;
    this.#bestEpoch = state.bestEpoch;
    this.#stoppedEpoch = state.stoppedEpoch;
    this.#wait = state.wait;
  }

  async onPhaseEnd(): Promise<void> {
    if (this.#stoppedEpoch > 0) {
      await this.#announce(`Epoch ${this.#stoppedEpoch + 1}: early stopping`);
    }
    if (this.#bestWeights === undefined) return;
    const epoch = this.#bestEpoch + 1;
    this.#bestWeights.restore();
    await this.#announce(`Restoring model weights from the end of the best epoch: ${epoch}.`);
    this.#bestWeights = undefined;
  }
}

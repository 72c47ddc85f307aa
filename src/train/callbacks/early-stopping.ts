import { weightsInOrder } from "../../model/layer-tree.ts";
import { boolean, integer, number, readOptions } from "../../options.ts";
import type { Callback, CallbackState, TrainingRun } from "../callback.ts";
import { anyNumber, count, list, nullable } from "../checkpoint/header-shape.ts";
import type { Logs } from "../logs.ts";
import { ModelSnapshot } from "../model-snapshot.ts";
import { announcer, announceOptions, type AnnounceOptions } from "./announce.ts";
import { Monitor, monitorOptions, type MonitorOptions } from "./monitor.ts";
import { stateKey } from "./state-key.ts";
import { checkLengths, floats, stateReader } from "./state-reader.ts";

const SUBJECT = "earlyStopping";

const readState = /* @__PURE__ */ stateReader(SUBJECT, {
  best: /* @__PURE__ */ nullable(anyNumber),
  bestEpoch: count,
  bestWeights: /* @__PURE__ */ nullable(/* @__PURE__ */ list(floats)),
  stoppedEpoch: count,
  wait: count,
});

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
  const settings = readOptions(SUBJECT, options, {
    ...monitorOptions(),
    ...announceOptions(),
    patience: integer({ min: 0, default: 0 }),
    baseline: number({ optional: true }),
    restoreBestWeights: boolean({ default: false }),
    startFromEpoch: integer({ min: 0, default: 0 }),
  });
  const { patience, baseline, restoreBestWeights, startFromEpoch } = settings;
  const monitor = new Monitor(SUBJECT, settings);
  const announce = announcer(settings);

  let best: number | undefined;
  let bestEpoch = 0;
  let bestWeights: ModelSnapshot | undefined;
  let stoppedEpoch = 0;
  let wait = 0;

  return {
    stateKey: stateKey(SUBJECT, options),
    onPhaseBegin(): void {
      best = bestWeights = undefined;
      bestEpoch = stoppedEpoch = wait = 0;
    },
    getState(): ReturnType<typeof readState> {
      const weights = bestWeights?.values ?? null;
      return { best: best ?? null, bestEpoch, bestWeights: weights, stoppedEpoch, wait };
    },
    setState(saved: CallbackState, { model }: TrainingRun): void {
      const state = readState(saved);
      ({ bestEpoch, stoppedEpoch, wait } = state);
      best = state.best ?? undefined;
      if (!state.bestWeights) return;
      checkLengths(SUBJECT, state.bestWeights, weightsInOrder(model));
      bestWeights = ModelSnapshot.ofValues(model, state.bestWeights);
    },
    async onEpochEnd(epoch: number, logs: Logs, run: TrainingRun): Promise<void> {
      const value = monitor.read(logs, epoch, run);
      if (value === undefined || epoch < startFromEpoch) return;
      wait++;
      if (monitor.isImprovement(value, best)) {
        best = value;
        bestEpoch = epoch;
        if (restoreBestWeights) bestWeights = await ModelSnapshot.ofWeights(run.model);
        if (baseline === undefined || monitor.isImprovement(value, baseline)) wait = 0;
      } else if (wait >= patience && epoch > 0) {
        stoppedEpoch = epoch;
        run.stopTraining();
      }
    },
    async onPhaseEnd(): Promise<void> {
      if (stoppedEpoch > 0) await announce(`Epoch ${stoppedEpoch + 1}: early stopping`);
      stoppedEpoch = 0;
      // They stay: a run that goes on for more epochs may find no better ones.
      if (bestWeights === undefined) return;
      bestWeights.restoreWeights();
      await announce(`Restoring model weights from the end of the best epoch: ${bestEpoch + 1}.`);
    },
  };
}

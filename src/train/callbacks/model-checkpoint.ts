import type { io } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import {
  check,
  checkBoolean,
  checkInteger,
  checkNumber,
  checkOptions,
  describe,
} from "../../checks.ts";
import { formatFixed } from "../../text/format-number.ts";
import type { Callback, TrainingRun } from "../callback.ts";
import type { Logs } from "../logs.ts";
import { checkSavable } from "../check-savable.ts";
import { announcer, type AnnounceOptions } from "./announce.ts";
import { parseTemplate } from "../../text/format-template.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";
import { stateKey } from "./state-key.ts";
import { stateReader } from "./state-reader.ts";
import type { CallbackState } from "../callback.ts";
import { count, anyNumber, nullable } from "../checkpoint/header-shape.ts";

/**
 * Saves a model under a name: gives what `model.save` takes (a handler or a URL), or saves it itself
 * and gives nothing.
 */
export type SaveModel = (path: string, model: LayersModel) => SavePlace | Promise<SavePlace>;

/** What `model.save` takes; `undefined` where there is nothing left to save. */
export type SavePlace = io.IOHandler | string | undefined;

/** Options of {@link modelCheckpoint}. */
export interface ModelCheckpointOptions extends Omit<MonitorOptions, "minDelta">, AnnounceOptions {
  /**
   * Name to save under. Fields are filled as by Python's `str.format`: `"{epoch:02d}-{val_loss:.2f}"`
   * has the number of the epoch from 1, and any key of the logs; between epochs also `batch`, from 1.
   * Of Python's types d, e, f, g and % are known, of at most 255 characters and 80 digits.
   */
  readonly filepath: string;
  /**
   * Where a name leads: `(path) => fileSystemIO(path)` saves to a folder in Node. Default: the name is
   * a URL that `model.save` understands, such as `"indexeddb://best"`.
   */
  readonly save?: SaveModel;
  /** Whether to save only when the monitored value is the best so far; default false. */
  readonly saveBestOnly?: boolean;
  /**
   * Whether to leave out the optimizer's state, without which training cannot go on as it was; default
   * false, which TensorFlow.js's Adamax does not support.
   */
  readonly saveWeightsOnly?: boolean;
  /** Save after every epoch (`"epoch"`, default) or after so many batches. */
  readonly saveFreq?: "epoch" | number;
  /** With `saveBestOnly`, a value that the first saved model has to beat; default none. */
  readonly initialValueThreshold?: number;
}

/** A type, not an interface, so that it counts as a dictionary of values. */
type CheckpointState = {
  readonly best: number | null;
  readonly batchesSinceSave: number;
};

const readState = /* @__PURE__ */ stateReader<CheckpointState>("modelCheckpoint", {
  best: /* @__PURE__ */ nullable(anyNumber),
  batchesSinceSave: count,
});

/**
 * Saves the model as training goes on, by the rules of Keras's `ModelCheckpoint`. Its best value
 * outlives the phase, so that a second one goes on from it.
 * @throws {ArgumentError} if an option is unknown or out of its range; in training, before the first
 *   step, if the optimizer is to be saved and cannot.
 */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  const subject = "modelCheckpoint";
  checkOptions(subject, options, [
    "filepath",
    "save",
    "monitor",
    "mode",
    "saveBestOnly",
    "saveWeightsOnly",
    "saveFreq",
    "initialValueThreshold",
    "verbose",
    "output",
  ]);
  const { filepath, save = (path: string) => path, initialValueThreshold } = options;
  const { saveBestOnly = false, saveWeightsOnly = false, saveFreq = "epoch" } = options;
  check(
    typeof filepath === "string" && filepath.length > 0,
    subject,
    "filepath to be a name to save under",
    describe(filepath),
    'pass e.g. "runs/{epoch:02d}"',
  );
  const { fields, fill } = parseTemplate(subject, filepath, ["epoch", "batch"]);
  check(
    typeof save === "function",
    subject,
    "save to be a function (path, model) => handler",
    describe(save),
    "pass e.g. (path) => fileSystemIO(path)",
  );
  checkBoolean(subject, "saveBestOnly", saveBestOnly);
  checkBoolean(subject, "saveWeightsOnly", saveWeightsOnly);
  check(
    saveFreq !== "epoch" || !fields.has("batch"),
    subject,
    'no field batch with saveFreq: "epoch"',
    describe(filepath),
    "leave it out, or pass a number of batches as saveFreq",
  );
  if (saveFreq !== "epoch") checkInteger(subject, "saveFreq", saveFreq, { min: 1 });
  if (initialValueThreshold !== undefined) {
    checkNumber(subject, "initialValueThreshold", initialValueThreshold);
  }
  const monitor = new Monitor(subject, { monitor: options.monitor, mode: options.mode });
  const announce = announcer(subject, options);

  let best = initialValueThreshold;
  let epoch = 0;
  let batchesSinceSave = 0;

  /** Whether the model is to be saved now; remembers its value if so. */
  const isDue = async (logs: Logs, path: string): Promise<boolean> => {
    if (!saveBestOnly) {
      await announce(`\nEpoch ${epoch + 1}: saving model to ${path}`);
      return true;
    }
    const value = monitor.read(logs);
    // Without the value nobody knows which model is best: better one too many.
    if (value === undefined) return true;
    const before = best === undefined ? "None" : formatFixed(best, 5);
    if (!monitor.isImprovement(value, best)) {
      await announce(`\nEpoch ${epoch + 1}: ${monitor.name} did not improve from ${before}`);
      return false;
    }
    const change = `${monitor.name} improved from ${before} to ${formatFixed(value, 5)}`;
    await announce(`\nEpoch ${epoch + 1}: ${change}, saving model to ${path}`);
    best = value;
    return true;
  };

  const checkpoint = async (
    { model }: TrainingRun,
    logs: Logs,
    position: Readonly<Record<string, number>>,
  ): Promise<void> => {
    const path = fill({ ...position, ...logs });
    if (!(await isDue(logs, path))) return;
    const place = await save(path, model);
    if (place !== undefined) {
      await model.save(place, { includeOptimizer: !saveWeightsOnly });
    }
    await announce(`\nEpoch ${epoch + 1}: finished saving model to ${path}`);
  };

  return {
    stateKey: stateKey("modelCheckpoint", options),
    async onTrainBegin(_logs: Logs, { model }: TrainingRun): Promise<void> {
      if (!saveWeightsOnly) await checkSavable(subject, model);
    },
    getState(): CheckpointState {
      return { best: best ?? null, batchesSinceSave };
    },
    setState(saved: CallbackState): void {
      const state = readState(saved);
      best = state.best ?? undefined;
      ({ batchesSinceSave } = state);
    },
    onEpochBegin(index: number): void {
      epoch = index;
    },
    async onBatchEnd(batch: number, logs: Logs, run: TrainingRun): Promise<void> {
      if (saveFreq === "epoch") return;
      batchesSinceSave++;
      if (batchesSinceSave < saveFreq) return;
      batchesSinceSave = 0;
      await checkpoint(run, logs, { epoch: epoch + 1, batch: batch + 1 });
    },
    async onEpochEnd(index: number, logs: Logs, run: TrainingRun): Promise<void> {
      epoch = index;
      if (saveFreq === "epoch") await checkpoint(run, logs, { epoch: epoch + 1 });
    },
  };
}

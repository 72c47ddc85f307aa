import type { io } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, checkInteger, describe, isName } from "../../checks.ts";
import { boolean, func, like, number, reader, readOptions } from "../../options.ts";
import { formatFixed } from "../../text/format-number.ts";
import { parseTemplate } from "./format-template.ts";
import type { Callback, CallbackState, TrainingRun } from "../callback.ts";
import { checkWeightNames } from "../../model/saved/check-weight-names.ts";
import { checkSavable } from "../check-savable.ts";
import { anyNumber, count, nullable } from "../checkpoint/header-shape.ts";
import type { Logs } from "../logs.ts";
import { announcer, announceOptions, type AnnounceOptions } from "./announce.ts";
import { isNotDue, Monitor, monitorOptions, type MonitorOptions } from "./monitor.ts";
import { stateKey } from "./state-key.ts";
import { stateReader } from "./state-reader.ts";

const SUBJECT = "modelCheckpoint";

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

const readState = /* @__PURE__ */ stateReader(SUBJECT, {
  best: /* @__PURE__ */ nullable(anyNumber),
  batchesSinceSave: count,
});

/**
 * Saves the model as training goes on, by the rules of Keras's `ModelCheckpoint`. Its best value
 * outlives the phase, so that a second one goes on from it. After epochs whose validation data are not
 * measured (`validationFreq`) nothing is saved if the name or `saveBestOnly` needs their values.
 * @throws {ArgumentError} if an option is unknown or out of its range; in training, before the first
 *   step, if the optimizer is to be saved and cannot.
 */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  const { monitor: key, mode } = monitorOptions();
  const settings = readOptions(SUBJECT, options, {
    filepath: like(isName, "a name to save under", 'pass e.g. "runs/{epoch:02d}"'),
    save: func<SaveModel, { default: SaveModel }>("pass e.g. (path) => fileSystemIO(path)", {
      default: (path) => path,
    }),
    monitor: key,
    mode,
    saveBestOnly: boolean({ default: false }),
    saveWeightsOnly: boolean({ default: false }),
    saveFreq: reader({ default: "epoch" }, readFrequency),
    initialValueThreshold: number({ optional: true }),
    ...announceOptions(),
  });
  const { filepath, save, saveBestOnly, saveWeightsOnly, saveFreq } = settings;
  const { fields, fill } = parseTemplate(SUBJECT, filepath, ["epoch", "batch"]);
  check(
    saveFreq !== "epoch" || !fields.has("batch"),
    SUBJECT,
    'no field batch with saveFreq: "epoch"',
    describe(filepath),
    "leave it out, or pass a number of batches as saveFreq",
  );
  const monitor = new Monitor(SUBJECT, { ...settings, minDelta: 0 });
  const announce = announcer(settings);
  const needed = [...fields, ...(saveBestOnly ? [monitor.name] : [])];

  let best = settings.initialValueThreshold;
  let epoch = 0;
  let batchesSinceSave = 0;

  /** Whether the model is to be saved now; remembers its value if so. */
  const isDue = async (logs: Logs, path: string, run: TrainingRun): Promise<boolean> => {
    if (!saveBestOnly) {
      await announce(`\nEpoch ${epoch + 1}: saving model to ${path}`);
      return true;
    }
    const value = monitor.read(logs, epoch, run);
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
    run: TrainingRun,
    logs: Logs,
    position: Readonly<Record<string, number>>,
  ): Promise<void> => {
    const { model } = run;
    const path = fill({ ...position, ...logs });
    if (!(await isDue(logs, path, run))) return;
    const place = await save(path, model);
    if (place !== undefined) {
      checkWeightNames(SUBJECT, model);
      await model.save(place, { includeOptimizer: !saveWeightsOnly });
    }
    await announce(`\nEpoch ${epoch + 1}: finished saving model to ${path}`);
  };

  return {
    stateKey: stateKey(SUBJECT, options),
    async onTrainBegin(_logs: Logs, { model }: TrainingRun): Promise<void> {
      if (!saveWeightsOnly) await checkSavable(SUBJECT, model);
    },
    getState(): ReturnType<typeof readState> {
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
      // What the name or the choice needs comes with the next measurement.
      if (needed.some((name) => isNotDue(name, index, run))) return;
      if (saveFreq === "epoch") await checkpoint(run, logs, { epoch: epoch + 1 });
    },
  };
}

function readFrequency(value: unknown, subject: string, name: string): "epoch" | number {
  if (value !== "epoch") checkInteger(subject, name, value, { min: 1 });
  return value;
}

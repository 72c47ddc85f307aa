/**
 * What callbacks count on that were written for `fit` of TensorFlow.js: its own, such as
 * `tf.callbacks.earlyStopping`, and those of users. Its names and ours differ in little else.
 */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { modelInternals } from "../../model/internals.ts";
import type { Callback, TrainingRun } from "../callback.ts";
import type { Logs } from "../logs.ts";

/** How TensorFlow.js introduces a callback to a run. */
interface TfjsCallback {
  setParams?(params: Readonly<Record<string, unknown>>): void;
  setModel?(model: LayersModel): void;
}

/** Tells a callback of TensorFlow.js about the run; does nothing to others. */
export function setTfjsParams(
  callback: Callback,
  model: LayersModel,
  { epochs, steps, verbose }: Pick<TrainingRun, "epochs" | "steps" | "verbose">,
): void {
  const stranger = callback as TfjsCallback;
  stranger.setParams?.({ epochs, steps, verbose });
  stranger.setModel?.(model);
}

/** TensorFlow.js's names of values that have other names here. */
const NAMES = [
  ["acc", "accuracy"],
  ["val_acc", "val_accuracy"],
];

/** What a value is called there if this is its name here, or the other way round. */
export function otherNameOf(name: string): string | undefined {
  return NAMES.find((names) => names.includes(name))?.find((other) => other !== name);
}

/** The same logs, whose accuracy is also found under `acc` and `val_acc`, but not counted twice. */
export function withTfjsAliases(logs: Logs): Logs {
  for (const [alias, name] of NAMES) {
    if (!Object.hasOwn(logs, name) || Object.hasOwn(logs, alias)) continue;
    Object.defineProperty(logs, alias, { get: () => logs[name], configurable: true });
  }
  return logs;
}

/** Whether somebody has said `model.stopTraining = true`, the way to end a run in TensorFlow.js. */
export function isStopRequested(model: LayersModel): boolean {
  return modelInternals(model).stopTraining;
}

/** Takes it back, as every `fit` does at its beginning. */
export function clearStopRequest(model: LayersModel): void {
  modelInternals(model).stopTraining = false;
}

import type { Optimizer } from "@tensorflow/tfjs-core";
import { brandOf } from "../../runtime/brand.ts";
import { checkOneOf } from "../../checks.ts";
import type { NamedArray } from "../named-array.ts";
import { KerasAdam } from "./adam.ts";
import { type KerasOptimizer, type OwnSettings, SETTINGS_KEY } from "./keras-optimizer.ts";
import { KerasSgd } from "./sgd.ts";

/** Whether an optimizer is one of this library, of whichever copy of the package. */
export function isKerasOptimizer(optimizer: Optimizer): optimizer is KerasOptimizer {
  // Not instanceof, which TensorFlow.js has answer yes for every optimizer.
  return brandOf(optimizer) === "KerasOptimizer";
}

/**
 * The optimizer of this library that a saved model was compiled with.
 * @param subject who restores it, for messages.
 * @param config its settings as they stand in the file.
 * @param state in the form of TensorFlow.js's class, as it stands there; empty if there is none.
 * @returns `undefined` if it was another one's.
 * @throws {ArgumentError} or {@link DataError}, if the file does not hold what was saved.
 */
export function restoreOptimizer(
  subject: string,
  config: Readonly<Record<string, unknown>>,
  state: readonly NamedArray[],
): KerasOptimizer | undefined {
  if (config[SETTINGS_KEY] === undefined) return undefined;
  const { optimizer: name, ...options } = (config[SETTINGS_KEY] ?? {}) as OwnSettings;
  checkOneOf(subject, "the saved optimizer", name, ["adam", "sgd"]);
  const optimizer =
    name === "sgd" ? new KerasSgd(subject, options) : new KerasAdam(subject, options);
  if (state.length > 0) optimizer.writeStockState(state);
  return optimizer;
}

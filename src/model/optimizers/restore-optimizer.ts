import { checkOneOf } from "../../checks.ts";
import { KerasAdam } from "./adam.ts";
import { type KerasOptimizer, type OwnSettings, SETTINGS_KEY } from "./keras-optimizer.ts";
import { KerasSgd } from "./sgd.ts";

/**
 * The optimizer of this library that a saved model was compiled with; its state follows.
 * @param subject who restores it, for messages.
 * @param config its settings as they stand in the file.
 * @returns `undefined` if it was another one's.
 * @throws {ArgumentError} if the file does not hold what was saved.
 */
export function restoreOptimizer(
  subject: string,
  config: Readonly<Record<string, unknown>>,
): KerasOptimizer | undefined {
  if (config[SETTINGS_KEY] === undefined) return undefined;
  const { optimizer: name, ...options } = (config[SETTINGS_KEY] ?? {}) as OwnSettings;
  checkOneOf(subject, "the saved optimizer", name, ["adam", "sgd"]);
  return name === "sgd" ? new KerasSgd(subject, options) : new KerasAdam(subject, options);
}

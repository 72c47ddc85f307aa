import { check } from "../checks.ts";
import type { EpochReport } from "./engine.ts";
import type { Direction } from "./journal/operation.ts";
import type { Pruner } from "./pruners/pruner.ts";
import type { TrialRecord } from "./trial-record.ts";

/** What a trial is judged by if nobody says: the first of these that is in the logs. */
const USUAL: Readonly<Record<Direction, readonly string[]>> = {
  minimize: ["val_loss", "loss"],
  maximize: ["val_accuracy", "accuracy"],
};

/**
 * The value of an epoch by which its trial is judged, and which Optuna sees; `undefined` if it was not measured.
 * @throws {ArgumentError} if a pruner needs it by now, and the trial has never said it.
 */
export function judgedBy(
  pruner: Pruner | undefined,
  direction: Direction,
  trial: TrialRecord,
  { epochs, logs }: EpochReport,
): number | undefined {
  const names = pruner ? [pruner.metric] : USUAL[direction];
  const name = names.find((one) => Object.hasOwn(logs, one));
  if (name !== undefined) return logs[name];
  const isLate = pruner !== undefined && epochs >= pruner.patience(trial);
  check(
    !isLate || trial.reports.some(({ value }) => value !== undefined),
    "runStudy",
    `${names[0]} in the logs of a trial after ${epochs} epochs, for the pruner`,
    Object.keys(logs).join(", ") || "none",
    "name one of these as metric, or measure it: with validation data, and often enough",
  );
  return undefined;
}

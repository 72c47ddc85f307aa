import { hasMethods } from "../../checks.ts";
import type { JsonObject } from "../../text/json.ts";
import type { Direction } from "../journal/operation.ts";
import type { TrialRecord } from "../trial-record.ts";

/** The trials of a study, as a pruner sees them. */
export interface Field {
  /** All of them, by their numbers. */
  readonly trials: readonly TrialRecord[];
  /** Whether small or large values are better. */
  readonly direction: Direction;
}

/**
 * Ends or delays trials that do not look promising: what `asha` and `median` give. It remembers nothing: all
 * that it goes by stands in the journal, so that it decides the same after an interruption.
 */
export interface Pruner {
  /** The name of the value in the logs that trials are judged by, e.g. `"val_loss"`. */
  readonly metric: string;
  /** Up to how many epochs a trial may come without that value. */
  patience(trial: TrialRecord): number;
  /** Whether a trial that is not over is so bad that it ends here. */
  isHopeless(trial: TrialRecord, field: Field): boolean;
  /** Whether a trial that is not over has come to where it has to wait until it is promoted. */
  isWaiting(trial: TrialRecord): boolean;
  /**
   * Which of those that wait is promoted now, if any.
   * @param isFree whether a trial can be: of several programs or workers one may still be at it.
   * @param isLast whether there is nothing else to do, neither now nor later.
   */
  next(
    field: Field,
    isFree: (trial: TrialRecord) => boolean,
    isLast: boolean,
  ): TrialRecord | undefined;
  /** Its kind and settings, which a study may not change. */
  toJSON(): JsonObject;
}

/** Whether a value is a pruner, as far as one can look at it. */
export function isPruner(value: unknown): value is Pruner {
  return hasMethods(value, "isHopeless", "isWaiting", "next", "toJSON");
}

/** A number that is smaller for better values; infinity for NaN, which is worse than all. */
export function badness(value: number, direction: Direction): number {
  if (Number.isNaN(value)) return Infinity;
  return direction === "minimize" ? value : -value;
}

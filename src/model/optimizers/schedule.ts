import { checkNumber, describe } from "../../checks.ts";
import { ArgumentError } from "../../errors.ts";
import { reader } from "../../options.ts";
import { notAPromise } from "../../runtime/listener.ts";

/** A schedule as plain JSON: the function that makes it, and its options. */
export interface ScheduleJSON {
  /** E.g. `"cosineDecay"`. */
  readonly kind: string;
  /** What that takes. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * A learning rate by the step: what {@link cosineDecay}, {@link linearSchedule} and {@link oneCycle} give.
 * Steps count from 0 over all runs of the optimizer, as in Keras; `steps` is their number when the run
 * under way ends, NaN where that is not known.
 */
export interface Schedule {
  (step: number, steps?: number): number;
  /** What it is, for files and checkpoints. */
  toJSON(): ScheduleJSON;
}

/**
 * A learning rate of at least 0: a number, a {@link Schedule}, or a function of your own. Such a one cannot
 * be saved with the model, and is known to a checkpoint by its text if it has no `toJSON`.
 */
export type LearningRate = number | ((step: number, steps: number) => number);

/** How a learning rate is read. */
export const learningRate = <A extends { readonly default?: number; readonly optional?: true }>(
  absence: A,
) =>
  reader<LearningRate, A>(absence, (value, subject, name) => {
    if (typeof value !== "function") checkNumber(subject, name, value, { min: 0 });
    return value as LearningRate;
  });

/**
 * The learning rate of a step.
 * @throws {ArgumentError} if a schedule gives anything but a finite number of at least 0.
 */
export function rateAt(subject: string, rate: LearningRate, step: number, steps: number): number {
  return typeof rate === "number" ? rate : checkedRate(subject, rate(step, steps), "step", step);
}

/** What a schedule gave for a step or an epoch, if it is a learning rate. */
export function checkedRate(
  subject: string,
  given: unknown,
  unit: "step" | "epoch",
  index: number,
): number {
  const rate = notAPromise(subject, "the schedule", given);
  if (typeof rate === "number" && rate >= 0 && rate < Infinity) return rate;
  throw new ArgumentError({
    subject,
    expected: "the learning rate's schedule to give a finite number of at least 0",
    got: `${describe(rate)} for ${unit} ${index}`,
    remedy: "correct the schedule",
  });
}

/** Brand of the schedules that this library makes. */
export const SCHEDULE = "Schedule";

/** Whether it is a schedule that says what it is, be it one of a user's own. */
export function isSchedule(rate: unknown): rate is Schedule {
  return typeof rate === "function" && typeof (rate as Partial<Schedule>).toJSON === "function";
}

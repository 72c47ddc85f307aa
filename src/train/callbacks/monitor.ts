import { check, describe, isName, nearest } from "../../checks.ts";
import { like, number, oneOf, type Settled } from "../../options.ts";
import { warn } from "../../runtime/warn.ts";
import type { TrainingRun } from "../callback.ts";
import type { Logs } from "../logs.ts";
import { otherNameOf } from "../run/tfjs-callbacks.ts";

/** Options of the callbacks that watch a value. */
export interface MonitorOptions {
  /**
   * Key of the logs to watch; default `"val_loss"`. `acc` and `val_acc`, TensorFlow.js's names, mean
   * `accuracy` and `val_accuracy`.
   */
  readonly monitor?: string;
  /**
   * Whether lower (`"min"`) or higher (`"max"`) is better. Default `"auto"`: by the name, which has to
   * be one whose direction is known.
   */
  readonly mode?: "auto" | "min" | "max";
  /** Smallest change that counts as an improvement, its sign does not matter; default 0. */
  readonly minDelta?: number;
}

/** The readers of {@link MonitorOptions}. */
export const monitorOptions = () => ({
  monitor: like(isName, "a key of the logs", 'pass e.g. "val_loss"', { default: "val_loss" }),
  mode: oneOf(["auto", "min", "max"], { default: "auto" }),
  minDelta: number({ default: 0 }),
});

const HIGHER_IS_BETTER = /(^|_)(acc|accuracy|precision|recall|auc|f1|f1_score|iou)$/;
const LOWER_IS_BETTER = /(^|_)(loss|error|mse|mae|mape|msle|crossentropy)$/;

/** Whether a value is one of the validation data, which are not measured after this epoch. */
export function isNotDue(
  name: string,
  epoch: number,
  { validationFreq = 1 }: TrainingRun,
): boolean {
  return name.startsWith("val_") && (epoch + 1) % validationFreq !== 0;
}

/** Watches a value of the logs and judges by Keras's rules whether it has improved. */
export class Monitor {
  readonly name: string;
  readonly #subject: string;
  readonly #isLess: boolean;
  readonly #minDelta: number;
  #hasWarned = false;

  constructor(
    subject: string,
    { monitor, mode, minDelta }: Settled<ReturnType<typeof monitorOptions>>,
  ) {
    const near = nearest(monitor, ["loss", "accuracy", "val_loss", "val_accuracy"]);
    check(
      mode !== "auto" || LOWER_IS_BETTER.test(monitor) || HIGHER_IS_BETTER.test(monitor),
      subject,
      "mode for a value whose direction is not known",
      `monitor ${describe(monitor)} without it`,
      (near ? `did you mean ${near}? Else ` : "") + 'pass mode: "min" or mode: "max"',
    );
    this.name = monitor;
    this.#subject = subject;
    this.#isLess = mode === "auto" ? LOWER_IS_BETTER.test(monitor) : mode === "min";
    this.#minDelta = Math.abs(minDelta);
  }

  /** The watched value; says on the console, once, if it is missing. */
  read(logs: Logs, epoch: number, run: TrainingRun): number | undefined {
    const name = [this.name, otherNameOf(this.name)].find(
      (key) => key !== undefined && Object.hasOwn(logs, key),
    );
    const value = name === undefined ? undefined : logs[name];
    if (value === undefined && !this.#hasWarned && !isNotDue(this.name, epoch, run)) {
      this.#hasWarned = true;
      const keys = Object.keys(logs).join(", ") || "nothing";
      warn(
        `${this.#subject}: the logs lack ${this.name}; they hold ${keys}. ` +
          "Pass validation data, with a validationFreq of no more than the epochs, or monitor a " +
          "value that is there.",
      );
    }
    return value;
  }

  /**
   * Whether `value` is better than `reference` by more than minDelta. NaN is better than nothing at
   * all, as in Keras; unlike there, any number is better than NaN.
   */
  isImprovement(value: number, reference: number | undefined): boolean {
    if (reference === undefined) return true;
    if (Number.isNaN(reference)) return !Number.isNaN(value);
    return this.#isLess ? value + this.#minDelta < reference : value - this.#minDelta > reference;
  }
}

import { check, checkOneOf, checkOptions, describe } from "../../checks.ts";
import { formatFloat } from "../../metrics/format-number.ts";
import { atOnce } from "../../listener.ts";
import type { Callback, Logs, TrainingContext } from "../callback.ts";
import { announcer, type AnnounceOptions } from "./announce.ts";

/**
 * Gives the learning rate of an epoch or a step.
 * @param index number of the epoch or step, from 0.
 * @param learningRate the present one.
 */
export type LearningRateSchedule = (index: number, learningRate: number) => number;

/** Options of {@link learningRateScheduler}. */
export interface LearningRateSchedulerOptions extends AnnounceOptions {
  /**
   * Whether the schedule is asked at the start of every epoch (default) or before every step, with
   * the number of the step in the phase, which data that do not say their number of batches lack.
   */
  readonly per?: "epoch" | "step";
}

/**
 * Sets the learning rate by a schedule, as Keras's `LearningRateScheduler` does. Adds `learning_rate`,
 * as it is at the end of the epoch, to the logs.
 * @param schedule gives the learning rate of an epoch or a step.
 * @throws {ArgumentError} in training, if the schedule gives anything but a number of at least 0.
 */
export function learningRateScheduler(
  schedule: LearningRateSchedule,
  options: LearningRateSchedulerOptions = {},
): Callback {
  const subject = "learningRateScheduler";
  check(
    typeof schedule === "function",
    subject,
    "schedule to be a function (index, learningRate) => number",
    describe(schedule),
    "pass e.g. (epoch) => 0.001 * 0.9 ** epoch",
  );
  checkOptions(subject, options, ["per", "verbose", "output"]);
  const { per = "epoch" } = options;
  checkOneOf(subject, "per", per, ["epoch", "step"]);
  const announce = announcer(subject, options);
  let context: TrainingContext | undefined;
  let firstStep = 0;

  const update = (training: TrainingContext, index: number): void => {
    const rate = atOnce(subject, "the schedule", schedule(index, training.learningRate));
    check(
      typeof rate === "number" && rate >= 0 && rate < Infinity,
      subject,
      "the schedule to give a finite number of at least 0",
      `${describe(rate)} for ${per} ${index}`,
      "correct the schedule",
    );
    training.learningRate = rate;
  };

  return {
    setContext(given: TrainingContext): void {
      context = given;
      check(
        per === "epoch" || given.steps !== undefined,
        subject,
        "data with a known number of batches to schedule steps",
        "data without one",
        "train on an ImageSet, or schedule epochs",
      );
    },
    async onEpochBegin(epoch: number): Promise<void> {
      if (!context) return;
      if (per === "step") {
        // From the number of the epoch, so that a run that goes on later knows its place.
        firstStep = epoch * (context.steps ?? 0);
        return;
      }
      update(context, epoch);
      const rate = formatFloat(context.learningRate);
      await announce(
        `\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${rate}.`,
      );
    },
    onBatchBegin(batch: number): void {
      if (context && per === "step") update(context, firstStep + batch);
    },
    onEpochEnd(_epoch: number, logs: Logs): void {
      if (context) logs.learning_rate = context.learningRate;
    },
  };
}

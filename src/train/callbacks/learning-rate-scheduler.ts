import { check } from "../../checks.ts";
import { func, readOptions } from "../../options.ts";
import { formatFloat } from "../../text/format-number.ts";
import type { Callback, TrainingRun } from "../callback.ts";
import type { Logs } from "../logs.ts";
import { checkRateIsFree } from "../../model/learning-rate.ts";
import { checkedRate, isSchedule } from "../../model/optimizers/schedule.ts";
import { sha256 } from "../../bytes/sha256.ts";
import { warn } from "../../runtime/warn.ts";
import type { CallbackState } from "../callback.ts";
import {
  count,
  notNegative,
  nullable,
  object,
  string,
  anyNumber,
} from "../checkpoint/header-shape.ts";
import { announcer, announceOptions, type AnnounceOptions } from "./announce.ts";
import { stateKey } from "./state-key.ts";
import { stateReader } from "./state-reader.ts";

/**
 * Gives the learning rate of an epoch.
 * @param epoch number of the epoch, from 0.
 * @param learningRate the present one.
 */
export type LearningRateSchedule = (epoch: number, learningRate: number) => number;

/** Options of {@link learningRateScheduler}. */
export type LearningRateSchedulerOptions = AnnounceOptions;

/** A type, not an interface, so that it counts as a dictionary of values. */
type SchedulerState = {
  /** SHA-256 of the schedule's text. */
  readonly source: string;
  /** What the schedule was asked last, and what it answered. */
  readonly asked: {
    readonly index: number;
    readonly learningRate: number;
    readonly answer: number;
  } | null;
};

const readState = /* @__PURE__ */ stateReader<SchedulerState>("learningRateScheduler", {
  source: string,
  asked: /* @__PURE__ */ nullable(
    /* @__PURE__ */ object<NonNullable<SchedulerState["asked"]>>({
      index: count,
      learningRate: anyNumber,
      answer: notNegative,
    }),
  ),
});

/** Relative; other versions of a runtime may round cosines and powers otherwise. */
const SAME_RATE = 1e-9;

/**
 * Sets the learning rate of each epoch by a schedule, as Keras's `LearningRateScheduler` does. Adds
 * `learning_rate` to the logs. One that changes from step to step belongs to the optimizer:
 * `adam({ learningRate: cosineDecay({ ... }) })`.
 *
 * A run that goes on from a checkpoint is refused if the schedule answers the last question before it
 * otherwise than it did then; another text of a function of your own is a warning.
 * @param schedule gives the learning rate of an epoch; a {@link Schedule}, such as `cosineDecay` makes,
 *   takes epochs for steps, and those of the phase for the run's.
 * @throws {ArgumentError} in training, if the schedule gives anything but a number of at least 0, or the
 *   optimizer has a schedule of its own.
 */
export function learningRateScheduler(
  schedule: LearningRateSchedule,
  options: LearningRateSchedulerOptions = {},
): Callback {
  const subject = "learningRateScheduler";
  func("pass e.g. (epoch) => 0.001 * 0.9 ** epoch")(schedule, subject, "schedule");
  const announce = announcer(readOptions(subject, options, announceOptions()));
  let asked: SchedulerState["asked"] = null;
  const source = (): Promise<string> => sha256(new TextEncoder().encode(String(schedule)));

  const ask = (index: number, learningRate: number, { epochs }: TrainingRun): number => {
    const given = isSchedule(schedule) ? schedule(index, epochs) : schedule(index, learningRate);
    return checkedRate(subject, given, "epoch", index);
  };

  return {
    stateKey: stateKey("learningRateScheduler", {
      schedule: isSchedule(schedule) ? schedule.toJSON() : undefined,
    }),
    async getState(): Promise<SchedulerState> {
      return { source: await source(), asked };
    },
    async setState(saved: CallbackState, run: TrainingRun): Promise<void> {
      const state = readState(saved);
      asked = state.asked;
      if (asked) {
        const { index, learningRate, answer } = asked;
        const now = ask(index, learningRate, run);
        check(
          Math.abs(now - answer) <= SAME_RATE * answer,
          subject,
          `the schedule of the checkpoint, which gave ${answer} for epoch ${index}`,
          `one that gives ${now}`,
          'pass the schedule that the run began with, or begin anew with resume: "never"',
        );
      }
      if (state.source === (await source())) return;
      warn(
        `${subject}: the schedule is not the text that it was when the checkpoint was written: ` +
          "what it gives from now on may be other than without the interruption.",
      );
    },
    onTrainBegin(_logs: Logs, run: TrainingRun): void {
      checkRateIsFree(subject, run);
    },
    async onEpochBegin(epoch: number, _logs: Logs, run: TrainingRun): Promise<void> {
      const { learningRate } = run;
      const answer = ask(epoch, learningRate, run);
      asked = { index: epoch, learningRate, answer };
      run.learningRate = answer;
      const rate = formatFloat(run.learningRate);
      await announce(
        `\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${rate}.`,
      );
    },
    onEpochEnd(_epoch: number, logs: Logs, run: TrainingRun): void {
      logs.learning_rate = run.learningRate;
    },
  };
}

import { check, describe } from "../../checks.ts";
import { oneOf, readOptions } from "../../options.ts";
import { formatFloat } from "../../text/format-number.ts";
import { atOnce } from "../../runtime/listener.ts";
import type { Callback, TrainingRun } from "../callback.ts";
import type { Logs } from "../logs.ts";
import { sha256 } from "../../bytes/sha256.ts";
import { warn } from "../../runtime/warn.ts";
import type { CallbackState } from "../callback.ts";
import {
  count,
  notNegative,
  nullable,
  object,
  text,
  anyNumber,
} from "../checkpoint/header-shape.ts";
import { announcer, announceOptions, type AnnounceOptions } from "./announce.ts";
import { scheduleKey } from "./schedules.ts";
import { stateKey } from "./state-key.ts";
import { stateReader } from "./state-reader.ts";

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
  source: text,
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
 * Sets the learning rate by a schedule, as Keras's `LearningRateScheduler` does. Adds `learning_rate`,
 * as it is at the end of the epoch, to the logs.
 *
 * A run that goes on from a checkpoint is refused if the schedule answers the last question before it
 * otherwise than it did then; another text of a function of your own is a warning.
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
  const { per, ...settings } = readOptions(subject, options, {
    per: oneOf(["epoch", "step"], { default: "epoch" }),
    ...announceOptions(),
  });
  const announce = announcer(settings);
  let firstStep = 0;
  let asked: SchedulerState["asked"] = null;
  const source = (): Promise<string> => sha256(new TextEncoder().encode(String(schedule)));

  const ask = (index: number, learningRate: number): number => {
    const rate = atOnce(subject, "the schedule", schedule(index, learningRate));
    check(
      typeof rate === "number" && rate >= 0 && rate < Infinity,
      subject,
      "the schedule to give a finite number of at least 0",
      `${describe(rate)} for ${per} ${index}`,
      "correct the schedule",
    );
    return rate;
  };
  const update = (run: TrainingRun, index: number): void => {
    const { learningRate } = run;
    const answer = ask(index, learningRate);
    asked = { index, learningRate, answer };
    run.learningRate = answer;
  };

  return {
    stateKey: stateKey("learningRateScheduler", { ...options, schedule: scheduleKey(schedule) }),
    async getState(): Promise<SchedulerState> {
      return { source: await source(), asked };
    },
    async setState(saved: CallbackState): Promise<void> {
      const state = readState(saved);
      asked = state.asked;
      if (asked) {
        const { index, learningRate, answer } = asked;
        const now = ask(index, learningRate);
        check(
          Math.abs(now - answer) <= SAME_RATE * answer,
          subject,
          `the schedule of the checkpoint, which gave ${answer} for ${per} ${index}`,
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
    onPhaseBegin(_phase: number, _logs: Logs, { steps }: TrainingRun): void {
      check(
        per === "epoch" || steps !== undefined,
        subject,
        "data with a known number of batches to schedule steps",
        "data without one",
        "train on an ImageSet, or schedule epochs",
      );
    },
    async onEpochBegin(epoch: number, _logs: Logs, run: TrainingRun): Promise<void> {
      if (per === "step") {
        // From the number of the epoch, so that a run that goes on later knows its place.
        firstStep = epoch * run.steps!;
        return;
      }
      update(run, epoch);
      const rate = formatFloat(run.learningRate);
      await announce(
        `\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${rate}.`,
      );
    },
    onBatchBegin(batch: number, _logs: Logs, run: TrainingRun): void {
      if (per === "step") update(run, firstStep + batch);
    },
    onEpochEnd(_epoch: number, logs: Logs, run: TrainingRun): void {
      logs.learning_rate = run.learningRate;
    },
  };
}

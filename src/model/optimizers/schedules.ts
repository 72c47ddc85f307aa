/** Schedules of the learning rate: pure functions of the number of the step. */
import { BRAND } from "../../brand.ts";
import { check } from "../../checks.ts";
import { ArgumentError } from "../../errors.ts";
import { integer, number, oneOf, readOptions } from "../../options.ts";
import { type Schedule, SCHEDULE } from "./schedule.ts";

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  /** The first learning rate, at least 0; without a warm-up also the highest. */
  readonly initialLearningRate: number;
  /** Steps over which it falls, behind the warm-up, at least 1; default what the run has left for it. */
  readonly decaySteps?: number;
  /** Where it ends, as a share of the highest, in [0, 1]; default 0. */
  readonly alpha?: number;
  /** The learning rate at the end of the warm-up, at least 0; default none. */
  readonly warmupTarget?: number;
  /** Steps over which it rises in a straight line to `warmupTarget`; default 0. */
  readonly warmupSteps?: number;
}

/**
 * A straight warm-up followed by half a cosine: Keras's `CosineDecay`. After the last step the
 * learning rate stays where it is.
 *
 * @example
 * const learningRate = cosineDecay({ initialLearningRate: 0.001 }); // over the whole run
 * const model = buildCifarModel({ for: set, optimizer: adam({ learningRate }) });
 * @throws {ArgumentError} if an option is unknown or out of its range; in training, if neither
 *   `decaySteps` nor the number of the run's steps is known.
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const subject = "cosineDecay";
  const settings = readOptions(subject, options, {
    initialLearningRate: number({ min: 0 }),
    decaySteps: integer({ min: 1, optional: true }),
    alpha: number({ min: 0, max: 1, default: 0 }),
    warmupTarget: number({ min: 0, optional: true }),
    warmupSteps: integer({ min: 0, default: 0 }),
  });
  const { initialLearningRate: first, decaySteps, alpha, warmupTarget, warmupSteps } = settings;
  check(
    warmupSteps === 0 || warmupTarget !== undefined,
    subject,
    "a warmupTarget with warmupSteps",
    "none",
    "say which learning rate the warm-up leads to",
  );
  const peak = warmupTarget ?? first;
  return schedule(subject, settings, (step, steps) => {
    if (step < warmupSteps) return first + (peak - first) * (step / warmupSteps);
    if (step === warmupSteps) return peak;
    const length = decaySteps ?? runSteps(subject, "decaySteps", steps) - warmupSteps;
    const share = Math.min(step - warmupSteps, length) / length;
    return peak * ((1 - alpha) * cosineFall(length > 0 ? share : 1) + alpha);
  });
}

/** Options of {@link linearSchedule}. */
export interface LinearScheduleOptions {
  /** The learning rate that it falls from, behind the warm-up; at least 0. */
  readonly from: number;
  /** The learning rate behind the last step, at least 0. */
  readonly to: number;
  /** Steps in all, at least 1; default those of the run. */
  readonly steps?: number;
  /** Share of the steps, rounded down, in which it rises to `from`, in [0, 1); default 0. */
  readonly warmup?: number;
  /** Where the warm-up begins, at least 0; default 0. */
  readonly warmupFrom?: number;
}

/**
 * A straight line from one learning rate to another, as PyTorch's `LinearLR` draws it, behind a straight
 * warm-up. After the last step the learning rate stays where it is.
 *
 * @example
 * const learningRate = linearSchedule({ from: 0.1, to: 0, warmup: 0.2 });
 * const model = buildCifarModel({ for: set, optimizer: sgd({ learningRate }) });
 * @throws {ArgumentError} if an option is unknown or out of its range; in training, if neither `steps` nor
 *   the number of the run's steps is known.
 */
export function linearSchedule(options: LinearScheduleOptions): Schedule {
  const subject = "linearSchedule";
  const settings = readOptions(subject, options, {
    from: number({ min: 0 }),
    to: number({ min: 0 }),
    steps: integer({ min: 1, optional: true }),
    warmup: number({ min: 0, max: 1, exclusiveMax: true, default: 0 }),
    warmupFrom: number({ min: 0, default: 0 }),
  });
  const { from, to, warmup, warmupFrom } = settings;
  return schedule(subject, settings, (step, steps) => {
    if (step === 0 && settings.steps === undefined && Number.isNaN(steps)) {
      return warmup > 0 ? warmupFrom : from;
    }
    const end = settings.steps ?? runSteps(subject, "steps", steps);
    const top = Math.floor(warmup * end);
    if (step < top) return warmupFrom + (from - warmupFrom) * (step / top);
    return step >= end ? to : from + (to - from) * ((step - top) / (end - top));
  });
}

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** The highest learning rate, above 0. */
  readonly maxLearningRate: number;
  /** Steps of the whole cycle, at least 2; default those of the run. */
  readonly totalSteps?: number;
  /** Share of the steps in which the learning rate rises, in (0, 1); default 0.3. */
  readonly riseShare?: number;
  /** Shape of rise and fall; default `"cos"`. */
  readonly anneal?: "cos" | "linear";
  /** The first learning rate is the highest divided by this; above 0; default 25. */
  readonly divFactor?: number;
  /** The last learning rate is the first divided by this; above 0; default 10,000. */
  readonly finalDivFactor?: number;
}

/**
 * The one-cycle policy of Leslie Smith, as PyTorch's `OneCycleLR` computes it: up to the highest
 * learning rate, then down to far below the first.
 * @throws {ArgumentError} if an option is unknown or out of its range; in training, if neither
 *   `totalSteps` nor the number of the run's steps is known.
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const subject = "oneCycle";
  const positive = { min: 0, exclusiveMin: true };
  const settings = readOptions(subject, options, {
    maxLearningRate: number(positive),
    totalSteps: integer({ min: 2, optional: true }),
    riseShare: number({ ...positive, max: 1, exclusiveMax: true, default: 0.3 }),
    anneal: oneOf(["cos", "linear"], { default: "cos" }),
    divFactor: number({ ...positive, default: 25 }),
    finalDivFactor: number({ ...positive, default: 1e4 }),
  });
  const { maxLearningRate, totalSteps, riseShare, anneal, divFactor, finalDivFactor } = settings;
  const first = maxLearningRate / divFactor;
  const last = first / finalDivFactor;
  check(
    first < Infinity && last < Infinity,
    subject,
    "divFactor and finalDivFactor that lead to finite learning rates",
    `${first} and ${last}`,
    "pass larger ones",
  );
  const between = (from: number, to: number, share: number): number =>
    anneal === "cos" ? to + (from - to) * cosineFall(share) : from + (to - from) * share;
  return schedule(subject, settings, (step, steps) => {
    if (step === 0 && totalSteps === undefined && Number.isNaN(steps)) return first;
    const end = (totalSteps ?? runSteps(subject, "totalSteps", steps)) - 1;
    const top = riseShare * (end + 1) - 1;
    if (step >= end) return last;
    // A rise of no steps begins at the top.
    if (top > 0 && step <= top) return between(first, maxLearningRate, step / top);
    return between(maxLearningRate, last, (step - top) / (end - top));
  });
}

function schedule(
  kind: string,
  options: object,
  rate: (step: number, steps: number) => number,
): Schedule {
  const toJSON = (): ReturnType<Schedule["toJSON"]> => ({ kind, options: { ...options } });
  const made = Object.assign((step: number, steps = NaN) => rate(step, steps), { toJSON });
  // What is copied onto another function does not make it one of ours.
  return Object.defineProperty(made, BRAND, { value: SCHEDULE });
}

/** The steps of the run, in place of an option. */
function runSteps(subject: string, option: string, steps: number): number {
  if (!Number.isNaN(steps)) return steps;
  throw new ArgumentError({
    subject,
    expected: `${option}, or a run whose number of steps is known`,
    got: "neither",
    remedy: `pass ${option}, or train on data with a known number of batches`,
  });
}

/** 1 at 0, 0 at 1, half a cosine between. */
function cosineFall(share: number): number {
  return 0.5 * (1 + Math.cos(Math.PI * share));
}

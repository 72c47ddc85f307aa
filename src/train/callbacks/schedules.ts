/** Schedules for {@link learningRateScheduler}: pure functions of the number of the step. */
import { shared } from "../../runtime/brand.ts";
import { check, checkInteger, checkNumber, checkOneOf, checkOptions } from "../../checks.ts";
import { stateKey } from "./state-key.ts";

/** The learning rate of a step; steps count from 0. */
export type Schedule = (step: number) => number;

/** The kind and the options of the schedules made here: their text says neither. */
const keys = /* @__PURE__ */ shared("schedules", () => new WeakMap<object, string>());

/** The key of a schedule of this library; `undefined` for any other. */
export function scheduleKey(schedule: object): string | undefined {
  return keys.get(schedule);
}

function withKey(kind: string, options: object, schedule: Schedule): Schedule {
  keys.set(schedule, stateKey(kind, options));
  return schedule;
}

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  /** The first learning rate; without a warm-up also the highest. */
  readonly initialLearningRate: number;
  /** Steps over which the learning rate falls, at least 1. */
  readonly decaySteps: number;
  /** Where it ends, as a share of the highest, in [0, 1]; default 0. */
  readonly alpha?: number;
  /** The learning rate at the end of the warm-up; default none. */
  readonly warmupTarget?: number;
  /** Steps over which it rises in a straight line to `warmupTarget`; default 0. */
  readonly warmupSteps?: number;
}

/**
 * A straight warm-up followed by half a cosine: Keras's `CosineDecay`. After the last step the
 * learning rate stays where it is.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const subject = "cosineDecay";
  checkOptions(subject, options, [
    "initialLearningRate",
    "decaySteps",
    "alpha",
    "warmupTarget",
    "warmupSteps",
  ]);
  const { initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0 } = options;
  checkNumber(subject, "initialLearningRate", initialLearningRate, { min: 0 });
  checkInteger(subject, "decaySteps", decaySteps, { min: 1 });
  checkNumber(subject, "alpha", alpha, { min: 0, max: 1 });
  if (warmupTarget !== undefined) checkNumber(subject, "warmupTarget", warmupTarget, { min: 0 });
  checkInteger(subject, "warmupSteps", warmupSteps, { min: 0 });
  check(
    warmupSteps === 0 || warmupTarget !== undefined,
    subject,
    "a warmupTarget with warmupSteps",
    "none",
    "say which learning rate the warm-up leads to",
  );
  const peak = warmupTarget ?? initialLearningRate;
  return withKey(subject, options, (step) => {
    if (step < warmupSteps) {
      return initialLearningRate + (peak - initialLearningRate) * (step / warmupSteps);
    }
    const share = Math.min(step - warmupSteps, decaySteps) / decaySteps;
    return peak * ((1 - alpha) * cosineFall(share) + alpha);
  });
}

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** The highest learning rate. */
  readonly maxLearningRate: number;
  /** Steps of the whole cycle, at least 2. */
  readonly totalSteps: number;
  /** Share of the steps in which the learning rate rises, in (0, 1); default 0.3. */
  readonly riseShare?: number;
  /** Shape of rise and fall; default `"cos"`. */
  readonly anneal?: "cos" | "linear";
  /** The first learning rate is the highest divided by this; default 25. */
  readonly divFactor?: number;
  /** The last learning rate is the first divided by this; default 10,000. */
  readonly finalDivFactor?: number;
}

/**
 * The one-cycle policy of Leslie Smith, as PyTorch's `OneCycleLR` computes it: up to the highest
 * learning rate, then down to far below the first.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const subject = "oneCycle";
  checkOptions(subject, options, [
    "maxLearningRate",
    "totalSteps",
    "riseShare",
    "anneal",
    "divFactor",
    "finalDivFactor",
  ]);
  const { maxLearningRate, totalSteps, riseShare = 0.3, anneal = "cos" } = options;
  const { divFactor = 25, finalDivFactor = 1e4 } = options;
  const positive = { min: 0, exclusiveMin: true };
  checkNumber(subject, "maxLearningRate", maxLearningRate, positive);
  checkInteger(subject, "totalSteps", totalSteps, { min: 2 });
  checkNumber(subject, "riseShare", riseShare, { ...positive, max: 1, exclusiveMax: true });
  checkOneOf(subject, "anneal", anneal, ["cos", "linear"]);
  checkNumber(subject, "divFactor", divFactor, positive);
  checkNumber(subject, "finalDivFactor", finalDivFactor, positive);

  const first = maxLearningRate / divFactor;
  const last = first / finalDivFactor;
  check(
    first < Infinity && last < Infinity,
    subject,
    "divFactor and finalDivFactor that lead to finite learning rates",
    `${first} and ${last}`,
    "pass larger ones",
  );
  const top = riseShare * totalSteps - 1;
  const end = totalSteps - 1;
  const between = (from: number, to: number, share: number): number =>
    anneal === "cos" ? to + (from - to) * cosineFall(share) : from + (to - from) * share;
  return withKey(subject, options, (step) => {
    if (step >= end) return last;
    // A rise of no steps begins at the top.
    if (top > 0 && step <= top) return between(first, maxLearningRate, step / top);
    return between(maxLearningRate, last, (step - top) / (end - top));
  });
}

/** 1 at 0, 0 at 1, half a cosine between. */
function cosineFall(share: number): number {
  return 0.5 * (1 + Math.cos(Math.PI * share));
}

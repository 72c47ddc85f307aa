import {
  check,
  checkInteger,
  checkNumber,
  checkOptions,
  describe,
  isListOf,
  isText,
} from "../../checks.ts";

/** Options of every optimizer. */
export interface OptimizerOptions {
  /** At least 0; the default depends on the optimizer. */
  readonly learningRate?: number;
  /**
   * Share of a weight, times the learning rate, that every update takes away from it; at least 0;
   * default 0, for `adamW` 0.004. Decoupled from the gradient, as in AdamW.
   */
  readonly weightDecay?: number;
  /** Weights whose name contains one of these stay, e.g. `["bias", "gamma", "beta"]`; default none. */
  readonly excludeFromWeightDecay?: readonly string[];
  /** Shortens the gradient of each weight to this norm; above 0; default none. */
  readonly clipNorm?: number;
  /** Cuts every element of a gradient to [-clipValue, clipValue]; above 0; default none. */
  readonly clipValue?: number;
  /** Shortens all gradients together to this norm; above 0; default none. */
  readonly globalClipNorm?: number;
  /** Steps whose mean gradient makes one update; at least 1; default 1. */
  readonly gradientAccumulationSteps?: number;
}

/** The names of {@link OptimizerOptions}. */
export const OPTIMIZER_OPTIONS = [
  "learningRate",
  "weightDecay",
  "excludeFromWeightDecay",
  "clipNorm",
  "clipValue",
  "globalClipNorm",
  "gradientAccumulationSteps",
] as const;

/** Throws unless these options are right; the learning rate is checked where it is set. */
export function checkOptimizerOptions(
  subject: string,
  options: Omit<OptimizerOptions, "learningRate">,
): void {
  const { weightDecay, excludeFromWeightDecay, gradientAccumulationSteps } = options;
  if (weightDecay !== undefined) checkNumber(subject, "weightDecay", weightDecay, { min: 0 });
  if (gradientAccumulationSteps !== undefined) {
    checkInteger(subject, "gradientAccumulationSteps", gradientAccumulationSteps, { min: 1 });
  }
  check(
    excludeFromWeightDecay === undefined || isListOf(excludeFromWeightDecay, isText),
    subject,
    "excludeFromWeightDecay to be a list of parts of names",
    describe(excludeFromWeightDecay),
    'pass e.g. ["bias", "gamma", "beta"]',
  );
  const clips = (["clipNorm", "clipValue", "globalClipNorm"] as const).filter(
    (name) => options[name] !== undefined,
  );
  for (const name of clips) {
    checkNumber(subject, name, options[name], { min: 0, exclusiveMin: true });
  }
  check(
    clips.length <= 1,
    subject,
    "at most one of clipNorm, clipValue and globalClipNorm",
    clips.join(" and "),
    "leave out all but one",
  );
}

/** Checks the names of an optimizer's options, its own among them. */
export function checkOptimizerNames(
  subject: string,
  options: unknown,
  own: readonly string[],
): void {
  checkOptions(subject, options, [...OPTIMIZER_OPTIONS, ...own]);
}

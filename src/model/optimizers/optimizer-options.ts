import { check } from "../../checks.ts";
import {
  boolean,
  integer,
  number,
  readOptions,
  type Schema,
  type Settled,
  texts,
} from "../../options.ts";
import { type LearningRate, learningRate } from "./schedule.ts";
import { type WeightGroup, weightGroups } from "./weight-groups.ts";

/** Options of every optimizer. */
export interface OptimizerOptions {
  /** At least 0, or a schedule by the step; the default depends on the optimizer. */
  readonly learningRate?: LearningRate;
  /** How much the weights decay; at least 0; default 0, for `adamW` 0.004. */
  readonly weightDecay?: number;
  /**
   * Whether an update takes `learningRate * weightDecay` of a weight away from it, besides the rule, as
   * in AdamW and everywhere in Keras; or adds `weightDecay` of the weight to its gradient (behind the
   * clipping), as PyTorch's SGD and Adam do. Default true.
   */
  readonly decoupledWeightDecay?: boolean;
  /** Weights whose name contains one of these do not decay, e.g. `["bias", "gamma", "beta"]`; default none. */
  readonly excludeFromWeightDecay?: readonly string[];
  /** Weights with a learning rate or a decay of their own; the first group that takes a weight has it. */
  readonly groups?: readonly WeightGroup[];
  /** Shortens the gradient of each weight to this norm; above 0; default none. */
  readonly clipNorm?: number;
  /** Cuts every element of a gradient to [-clipValue, clipValue]; above 0; default none. */
  readonly clipValue?: number;
  /** Shortens all gradients together to this norm; above 0; default none. */
  readonly globalClipNorm?: number;
  /** Steps whose mean gradient makes one update; at least 1; default 1. */
  readonly gradientAccumulationSteps?: number;
}

const above0 = { min: 0, exclusiveMin: true, optional: true } as const;

/** The readers of {@link OptimizerOptions}. */
export const optimizerOptions = (rate: number, weightDecay = 0) => ({
  learningRate: learningRate({ default: rate }),
  weightDecay: number({ min: 0, default: weightDecay }),
  decoupledWeightDecay: boolean({ default: true }),
  excludeFromWeightDecay: texts("parts of names", '["bias", "gamma", "beta"]', { default: [] }),
  groups: weightGroups({}),
  clipNorm: number(above0),
  clipValue: number(above0),
  globalClipNorm: number(above0),
  gradientAccumulationSteps: integer({ min: 1, default: 1 }),
});

/** What {@link optimizerOptions} give. */
export type OptimizerSettings = Settled<ReturnType<typeof optimizerOptions>>;

/** Reads the options of an optimizer, its rule's own among them. */
export function readOptimizerOptions<Options extends object, S extends Schema<Options>>(
  subject: string,
  options: Options,
  schema: S & { readonly [Name in Exclude<keyof S, keyof Options>]: never },
): Settled<S> {
  const settings = readOptions(subject, options, schema);
  const { clipNorm, clipValue, globalClipNorm } = settings as OptimizerSettings;
  const clips = Object.entries({ clipNorm, clipValue, globalClipNorm }).filter(
    ([, value]) => value !== undefined,
  );
  check(
    clips.length <= 1,
    subject,
    "at most one of clipNorm, clipValue and globalClipNorm",
    clips.map(([name]) => name).join(" and "),
    "leave out all but one",
  );
  return settings;
}

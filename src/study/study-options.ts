import { check, describe, hasMethods, isOf } from "../checks.ts";
import {
  anything,
  integer,
  like,
  number,
  oneOf,
  reader,
  readOptions,
  seed,
  signal,
} from "../options.ts";
import { textSink, type TextSink } from "../train/console/text-sink.ts";
import type { Engine } from "./engine.ts";
import type { Direction } from "./journal/operation.ts";
import { isPruner, type Pruner } from "./pruners/pruner.ts";
import { readSpace, type Space } from "./space/space.ts";
import { type SamplerName, samplerOf } from "./space/sampler.ts";

/** Options of {@link runStudy}. */
export interface StudyOptions<S extends Space = Space> {
  /** The module whose default export is the trial: `new URL("./trial.js", import.meta.url)`. */
  readonly trial: URL;
  /** What is searched: at least one parameter. */
  readonly space: S;
  /** Whether small or large values are better; default `"minimize"`. */
  readonly direction?: Direction;
  /**
   * How many trials the study is to have in all, at least 1: those of earlier calls count. A grid has no more
   * than it has points; of it the default is all, otherwise the number has to be given.
   */
  readonly trials?: number;
  /** Fixes the parameters and the seed of every trial; any safe integer; default 0. */
  readonly seed?: number;
  /** `"random"` (default): anything from the space; `"grid"`: all combinations, of dimensions that are lists. */
  readonly sampler?: SamplerName;
  /** Ends or delays what does not look promising: `asha` or `median`. Default: every trial trains to its end. */
  readonly pruner?: Pruner;
  /** How often a trial that failed is tried again, from its last checkpoint; 0 or more; default 0. */
  readonly retries?: number;
  /**
   * Seconds after which the call ends, above 0 and up to 2,147,483: what is under way then saves and stops, and goes on with the next
   * call. Default none.
   */
  readonly timeLimit?: number;
  /** What runs the trials: `localProcesses({ workers, folder })`. */
  readonly engine: Engine;
  /**
   * Which study it is, where the journal holds several. Default: the only one, `"study"` if there is none.
   */
  readonly name?: string;
  /** 1 (default): a live line for each trial that runs, and one for each that has ended; 0: nothing. */
  readonly verbose?: 0 | 1;
  /** Where the lines go; default the standard output. */
  readonly output?: TextSink;
  /** Stops the study: what is under way saves, and the promise is rejected with the reason. Default none. */
  readonly signal?: AbortSignal;
}

/** Reads the options. @throws {ArgumentError} unless they are right. */
export function readStudyOptions(subject: string, options: StudyOptions) {
  const settings = readOptions(subject, options, schema());
  const space = readSpace(settings.space, subject, "space");
  const sampler = samplerOf(subject, settings.sampler, space, settings.seed);
  if (settings.trials === undefined) {
    check(
      sampler.count < Infinity,
      subject,
      "trials, the number of them",
      "none",
      'say how many, e.g. trials: 20, or pass sampler: "grid", which has an end',
    );
  }
  return { ...settings, space, sampler };
}

/** The options as they are read. */
export type StudySettings = ReturnType<typeof readStudyOptions>;

/** Timers count milliseconds in 31 bits: 24 days. */
const LONGEST_SECONDS = 2_147_483;

const schema = () => ({
  trial: like(isFileUrl, "the URL of a module", 'pass new URL("./trial.js", import.meta.url)'),
  space: anything<Space>(),
  direction: oneOf(["minimize", "maximize"], { default: "minimize" }),
  trials: integer({ min: 1, optional: true }),
  seed: seed(),
  sampler: oneOf(["random", "grid"], { default: "random" }),
  pruner: like(isPruner, "a pruner", "pass what asha or median gave, or leave it out", {
    optional: true,
  }),
  retries: integer({ min: 0, default: 0 }),
  timeLimit: number({
    min: 0,
    max: LONGEST_SECONDS,
    exclusiveMin: true,
    unit: "seconds",
    optional: true,
  }),
  engine: like(
    isEngine,
    "an engine",
    'pass e.g. localProcesses({ workers: 2, folder: "runs/study" })',
  ),
  name: reader({ optional: true }, (value, subject, name) => {
    check(
      typeof value === "string" && value !== "",
      subject,
      `${name} to be a text`,
      describe(value),
      'pass e.g. "study", or leave it out',
    );
    return value;
  }),
  verbose: oneOf([0, 1], { default: 1 }),
  output: textSink(),
  signal: signal(),
});

const isFileUrl = (value: unknown): value is URL => isOf(value, URL) && value.protocol === "file:";

const isEngine = (value: unknown): value is Engine => hasMethods(value, "open");

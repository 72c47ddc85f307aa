import { checkInteger, checkOneOf } from "../../checks.ts";
import { DataError } from "../../errors.ts";
import { KerasAdam } from "./adam.ts";
import { type KerasOptimizer, type RuleName, SETTINGS_KEY } from "./keras-optimizer.ts";
import type { LearningRate, ScheduleJSON } from "./schedule.ts";
import { KerasMuon } from "./muon.ts";
import { cosineDecay, linearSchedule, oneCycle } from "./schedules.ts";
import { KerasSgd } from "./sgd.ts";

const RULES = { adam: KerasAdam, muon: KerasMuon, sgd: KerasSgd };
const SCHEDULES = { cosineDecay, linearSchedule, oneCycle };

type SavedRate = number | ScheduleJSON;

/** The settings of an optimizer of this library as they stand in a file. */
interface SavedSettings {
  readonly optimizer: RuleName;
  readonly runEnd?: number;
  readonly groups?: readonly {
    readonly weights: { readonly pattern: string; readonly flags: string };
  }[];
}

/**
 * The optimizer of this library that a saved model was compiled with; its state follows.
 * @param subject who restores it, for messages.
 * @param config its settings as they stand in the file.
 * @returns `undefined` if it was another one's.
 * @throws {DataError} if the file does not hold what was saved.
 */
export function restoreOptimizer(
  subject: string,
  config: Readonly<Record<string, unknown>>,
): KerasOptimizer | undefined {
  if (config[SETTINGS_KEY] === undefined) return undefined;
  try {
    return optimizerFrom(subject, config[SETTINGS_KEY] as SavedSettings);
  } catch (cause) {
    throw new DataError({
      subject,
      expected: "an optimizer as model.save writes it",
      got: JSON.stringify((cause as Error).message),
      remedy: "the file is damaged or was edited: save or convert the model again",
      cause,
    });
  }
}

function optimizerFrom(subject: string, saved: SavedSettings): KerasOptimizer {
  const { optimizer: name, runEnd, groups = [], ...options } = saved;
  checkOneOf(subject, "the saved optimizer", name, Object.keys(RULES));
  const optimizer = new RULES[name](subject, {
    ...withRates(subject, options),
    groups: groups.map(({ weights, ...group }) => ({
      ...withRates(subject, group),
      weights: new RegExp(weights.pattern, weights.flags),
    })),
  });
  if (runEnd !== undefined) {
    checkInteger(subject, "runEnd", runEnd, { min: 0 });
    optimizer.runEnd = runEnd;
  }
  return optimizer;
}

/** The same with schedules made again. */
function withRates(subject: string, saved: object): object {
  const entries = Object.entries(saved).map(([name, value]: [string, unknown]) => [
    name,
    /learningRate$/i.test(name) ? rateFrom(subject, value as SavedRate) : value,
  ]);
  return Object.fromEntries(entries) as object;
}

function rateFrom(subject: string, rate: SavedRate): LearningRate {
  if (typeof rate !== "object") return rate;
  checkOneOf(subject, "the saved schedule", rate.kind, Object.keys(SCHEDULES));
  return SCHEDULES[rate.kind as keyof typeof SCHEDULES](rate.options as never);
}

/** A trial as its journal has it, in the study's own words. */
import { isJsonObject, type JsonValue } from "../text/json.ts";
import { isText } from "../checks.ts";
import type { JournalTrial } from "./journal/replay.ts";
import type { TrialState } from "./journal/operation.ts";
import type { Params } from "./space/space.ts";

/** What this library keeps with a trial or a study of Optuna's begins so. */
export const ATTR = {
  /** Of a study: what it depends on. */
  manifest: "cifar-kit:study",
  /** Of a trial: the place in the sampler's sequence. Trials without it are of other programs. */
  index: "cifar-kit:index",
  seed: "cifar-kit:seed",
  /** How often it was let go on where it had to wait. */
  promotions: "cifar-kit:promotions",
  failures: "cifar-kit:failures",
  error: "cifar-kit:error",
  /** Before the number of epochs: the logs of an epoch. */
  logs: "cifar-kit:logs:",
} as const;

/** What a trial said after an epoch. */
export interface TrialReport {
  /** Epochs that it had behind it, of all phases. */
  readonly epochs: number;
  /** The value by which it is judged, if it was measured. */
  readonly value: number | undefined;
  /** All that it said; empty for a trial of another program. */
  readonly logs: Readonly<Record<string, number>>;
}

/** A trial of a study. */
export interface TrialRecord {
  /** In the journal, where other studies may have trials, too. */
  readonly id: number;
  /** Its place in the study, from 0. */
  readonly number: number;
  /** Its place in the sampler's sequence; `undefined` for a trial of another program. */
  readonly index: number | undefined;
  /** What has become of it. */
  readonly state: TrialState;
  /** What it was given. */
  readonly params: Params;
  /** Of its random numbers; `undefined` for a trial of another program. */
  readonly seed: number | undefined;
  /** What it gave; of one that was pruned, what it was last judged by. */
  readonly value: number | undefined;
  /** Ascending by epochs. */
  readonly reports: readonly TrialReport[];
  /** How often it was let go on where it had to wait. */
  readonly promotions: number;
  /** How often it has failed. */
  readonly failures: number;
  /** Why it failed last, if it has. */
  readonly error: string | undefined;
  /** When it was begun, as ISO 8601 has it. */
  readonly began: string | undefined;
  /** When it was over. */
  readonly ended: string | undefined;
}

const known = new WeakMap<JournalTrial, TrialRecord>();

/** The trial of a journal; the same object as long as nothing is written of it. */
export function trialRecord(trial: JournalTrial): TrialRecord {
  const record = known.get(trial) ?? readTrial(trial);
  known.set(trial, record);
  return record;
}

function readTrial(trial: JournalTrial): TrialRecord {
  const { id, number, state, params, values, attrs, began, ended } = trial;
  const count = (key: string): number | undefined => {
    const value = attrs.get(key);
    return Number.isSafeInteger(value) ? (value as number) : undefined;
  };
  const error = attrs.get(ATTR.error);
  return {
    ...{ id, number, state, began, ended },
    index: count(ATTR.index),
    params: Object.fromEntries(params),
    seed: count(ATTR.seed),
    value: values?.[0],
    reports: reportsOf(trial),
    promotions: count(ATTR.promotions) ?? 0,
    failures: count(ATTR.failures) ?? 0,
    error: isText(error) ? error : undefined,
  };
}

function reportsOf({ intermediateValues, attrs }: JournalTrial): TrialReport[] {
  const logs = new Map<number, JsonValue>();
  for (const [key, value] of attrs) {
    if (key.startsWith(ATTR.logs)) logs.set(Number(key.slice(ATTR.logs.length)), value);
  }
  const epochs = new Set([...logs.keys(), ...intermediateValues.keys()]);
  return [...epochs]
    .sort((a, b) => a - b)
    .map((each) => ({
      epochs: each,
      value: intermediateValues.get(each),
      logs: numbersIn(logs.get(each)),
    }));
}

/** Only what is a number: a journal may have been written by hand. */
function numbersIn(value: JsonValue | undefined): Record<string, number> {
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}

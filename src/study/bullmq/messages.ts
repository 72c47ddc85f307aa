/**
 * What a study's program and its workers say to each other. A job is a run of a trial, and the only thing that both
 * know: its data is what the program says, written by nobody else; its progress is what the worker says, its return
 * value the outcome. So whoever is killed, the other side still has everything, and bull-board shows it.
 */
import { isObject, isText } from "../../checks.ts";
import { isJsonObject, type JsonObject } from "../../text/json.ts";
import type { EpochReport, Outcome, Verdict, Work } from "../engine.ts";

/** A job's data. */
export interface TrialData {
  /** Of this package: both sides have to have the same. */
  readonly release: string;
  /** Tells the study apart from all others, also of other programs. */
  readonly study: string;
  /** The SHA-256 of the trial's module, which has to be the same, too. */
  readonly module: string;
  /** Where checkpoints lie, if the worker is not told otherwise: a folder, or the word for its database. */
  readonly checkpoints: string | null;
  readonly work: Work;
  /** To the worker's last report. */
  readonly answer?: Answer;
  /** The worker is to save and stop. */
  readonly stop?: true;
}

/** The answer to a report. */
export interface Answer {
  readonly ticket: string;
  readonly verdict: Verdict;
}

/** A job's progress. */
export type Progress =
  | (EpochReport & {
      /** Tells the report apart from all others, also of other workers. */
      readonly ticket: string;
      readonly worker: string;
    })
  /** Why a worker does not take the job. */
  | { readonly refused: string; readonly worker: string };

/** Progress as JSON: numbers that it cannot say stand there by their names. */
export function encodeProgress(progress: Progress): JsonObject {
  if ("refused" in progress) return { ...progress };
  const logs = Object.entries(progress.logs).map(([name, value]) => [
    name,
    Number.isFinite(value) ? value : String(value),
  ]);
  return { ...progress, logs: Object.fromEntries(logs) as JsonObject };
}

/** The progress of a job; `undefined` if its worker has said nothing yet. */
export function decodeProgress(value: unknown): Progress | undefined {
  if (!isJsonObject(value)) return undefined;
  const { ticket, worker, epochs, logs, refused } = value;
  if (!isText(worker)) return undefined;
  if (isText(refused)) return { refused, worker };
  if (!isText(ticket) || typeof epochs !== "number" || !isJsonObject(logs)) return undefined;
  const numbers = Object.entries(logs).map(([name, one]) => [name, Number(one)] as const);
  return { ticket, worker, epochs, logs: Object.fromEntries(numbers) };
}

/** What an outcome has beside its kind. */
const PARTS: Readonly<Record<Outcome["kind"], Readonly<Record<string, string>>>> = {
  value: { value: "number" },
  stopped: {},
  failed: { error: "string" },
  lost: { error: "string", isKilled: "boolean" },
  unsaved: { error: "string" },
  unusable: { got: "string" },
};

/** Whether a job's return value is an outcome. */
export function isOutcome(value: unknown): value is Outcome {
  if (!isJsonObject(value) || !isText(value.kind) || !Object.hasOwn(PARTS, value.kind))
    return false;
  const parts = Object.entries(PARTS[value.kind as Outcome["kind"]]);
  return parts.every(([name, type]) => typeof value[name] === type);
}

/** Whether a job is a trial: a queue may have jobs of other programs. */
export function isTrialData(value: unknown): value is TrialData {
  if (!isObject(value)) return false;
  const { release, study, module, checkpoints, work } = value as Partial<TrialData>;
  if (![release, study, module, checkpoints ?? ""].every(isText)) {
    return false;
  }
  return (
    isJsonObject(work) &&
    [work.id, work.number].every((one) => Number.isSafeInteger(one) && one >= 0) &&
    Number.isSafeInteger(work.seed) &&
    isJsonObject(work.params)
  );
}

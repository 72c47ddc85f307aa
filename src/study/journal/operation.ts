/**
 * The operations of a journal, as Optuna 5.0 has them: each is one line, and a study is what all of them
 * together have made. See optuna/storages/journal/_storage.py.
 */
import type { JsonObject, JsonValue } from "../../text/json.ts";
import { type Distribution, numberFor } from "./distribution.ts";

/** One line of a journal, without the name of its writer. */
export type Operation = JsonObject & {
  /** What it does, 0 to 10. */
  readonly op_code: number;
};

/** What an operation does. */
export const OP = {
  createStudy: 0,
  deleteStudy: 1,
  setStudyUserAttr: 2,
  setStudySystemAttr: 3,
  createTrial: 4,
  setTrialParam: 5,
  setTrialStateValues: 6,
  setTrialIntermediateValue: 7,
  setTrialUserAttr: 8,
  setTrialSystemAttr: 9,
  // Written by programs other than Optuna, which passes over it.
  discardTrials: 10,
} as const;

/** What has become of a trial. */
export type TrialState = "running" | "complete" | "pruned" | "failed" | "waiting";

/** States of trials, at their numbers. */
export const STATES: readonly TrialState[] = ["running", "complete", "pruned", "failed", "waiting"];

/** Whether nothing can change a trial any more. */
export const isFinished = (state: TrialState): boolean =>
  state !== "running" && state !== "waiting";

/** What is better, at Optuna's numbers; the first means that nobody has said. */
export const DIRECTIONS = [undefined, "minimize", "maximize"] as const;

/** Whether small or large values are better. */
export type Direction = "minimize" | "maximize";

export const createStudy = (name: string, direction: Direction): Operation => ({
  op_code: OP.createStudy,
  study_name: name,
  directions: [DIRECTIONS.indexOf(direction)],
});

export const setStudyAttr = (studyId: number, key: string, value: JsonValue): Operation => ({
  op_code: OP.setStudyUserAttr,
  study_id: studyId,
  user_attr: { [key]: value },
});

/** A trial that runs, with all of its parameters: one line, so that there is never half of it. */
export function createTrial(
  studyId: number,
  distributions: readonly (readonly [name: string, distribution: Distribution])[],
  params: JsonObject,
  attrs: JsonObject,
): Operation {
  return {
    op_code: OP.createTrial,
    study_id: studyId,
    datetime_start: now(),
    state: STATES.indexOf("running"),
    value: null,
    values: null,
    distributions: Object.fromEntries(
      distributions.map(([name, distribution]) => [name, JSON.stringify(distribution)]),
    ),
    params: Object.fromEntries(
      distributions.map(([name, distribution]) => [name, numberFor(distribution, params[name])]),
    ),
    user_attrs: attrs,
    system_attrs: {},
    intermediate_values: {},
  };
}

/** The end of a trial. */
export const finishTrial = (
  trialId: number,
  state: TrialState,
  value: number | undefined,
): Operation => ({
  op_code: OP.setTrialStateValues,
  trial_id: trialId,
  state: STATES.indexOf(state),
  values: value === undefined ? null : [value],
  datetime_complete: now(),
});

export const setIntermediateValue = (trialId: number, step: number, value: number): Operation => ({
  op_code: OP.setTrialIntermediateValue,
  trial_id: trialId,
  step,
  intermediate_value: value,
});

export const setTrialAttr = (trialId: number, key: string, value: JsonValue): Operation => ({
  op_code: OP.setTrialUserAttr,
  trial_id: trialId,
  user_attr: { [key]: value },
});

/** The time as Optuna writes it: microseconds, and the zone as an offset. */
function now(): string {
  return new Date().toISOString().replace("Z", "000+00:00");
}

/** What the operations of a journal have made, by Optuna's rules. */
import { isJsonObject, type JsonObject, type JsonValue } from "../../text/json.ts";
import { areCompatible, type Distribution, valueOf } from "./distribution.ts";
import {
  distribution,
  entries,
  integer,
  MalformedOperation,
  number,
  state,
  text,
  time,
  values,
} from "./fields.ts";
import { DIRECTIONS, isFinished, OP, type TrialState } from "./operation.ts";

/** A study in a journal. */
export interface JournalStudy {
  readonly id: number;
  readonly name: string;
  /** One for each value that a trial gives; `undefined` where nobody has said. */
  readonly directions: readonly (typeof DIRECTIONS)[number][];
  readonly attrs: ReadonlyMap<string, JsonValue>;
}

/** A trial in a journal; never changed, but replaced by a newer one. */
export interface JournalTrial {
  readonly id: number;
  readonly studyId: number;
  /** Its place in its study, from 0. */
  readonly number: number;
  /** Who has written its first line. */
  readonly createdBy: string;
  readonly state: TrialState;
  readonly params: ReadonlyMap<string, JsonValue>;
  readonly distributions: ReadonlyMap<string, Distribution>;
  readonly values: readonly number[] | undefined;
  readonly intermediateValues: ReadonlyMap<number, number>;
  readonly attrs: ReadonlyMap<string, JsonValue>;
  readonly began: string | undefined;
  readonly ended: string | undefined;
}

/** The studies and trials of a journal, as far as its operations have been applied. */
export class Replay {
  readonly #studies = new Map<number, JournalStudy>();
  readonly #trials: JournalTrial[] = [];
  /** The ids of the trials of each study. */
  readonly #trialIds = new Map<number, number[]>();

  /** Those that have not been deleted. */
  get studies(): readonly JournalStudy[] {
    return [...this.#studies.values()];
  }

  /** The trials of a study, in their order. */
  trialsOf(studyId: number): readonly JournalTrial[] {
    return (this.#trialIds.get(studyId) ?? []).map((id) => this.#trials[id]);
  }

  /** @throws {MalformedOperation} if the operation is none. */
  apply(line: JsonValue): void {
    if (!isJsonObject(line)) throw new MalformedOperation("no object");
    switch (line.op_code) {
      case OP.createStudy:
        this.#createStudy(line);
        return;
      case OP.deleteStudy:
        this.#studies.delete(integer(line, "study_id"));
        return;
      case OP.setStudyUserAttr:
        this.#setStudyAttr(line);
        return;
      case OP.createTrial:
        this.#createTrial(line);
        return;
      case OP.setTrialParam:
        this.#update(line, (trial) => this.#withParam(trial, line));
        return;
      case OP.setTrialStateValues:
        this.#update(line, (trial) => withState(trial, line));
        return;
      case OP.setTrialIntermediateValue: {
        const [step, value] = [integer(line, "step"), number(line.intermediate_value)];
        this.#update(line, (trial) => ({
          ...trial,
          intermediateValues: new Map(trial.intermediateValues).set(step, value),
        }));
        return;
      }
      case OP.setTrialUserAttr:
        this.#update(line, (trial) => ({
          ...trial,
          attrs: new Map([...trial.attrs, ...entries(line.user_attr)]),
        }));
        return;
      // What is Optuna's own business, or that of others.
      case OP.setStudySystemAttr:
      case OP.setTrialSystemAttr:
      case OP.discardTrials:
        return;
      default:
        throw new MalformedOperation(`op_code ${JSON.stringify(line.op_code ?? null)}`);
    }
  }

  #createStudy(line: JsonObject): void {
    const name = text(line, "study_name");
    // Two programs may have had the same idea: the first one counts.
    if (this.studies.some((study) => study.name === name)) return;
    const { directions } = line;
    if (!Array.isArray(directions)) throw new MalformedOperation("no directions");
    const id = this.#trialIds.size;
    this.#trialIds.set(id, []);
    this.#studies.set(id, {
      id,
      name,
      directions: directions.map((direction: JsonValue) => DIRECTIONS[Number(direction)]),
      attrs: new Map(),
    });
  }

  #setStudyAttr(line: JsonObject): void {
    const study = this.#studies.get(integer(line, "study_id"));
    if (!study) return;
    const attrs = new Map([...study.attrs, ...entries(line.user_attr)]);
    this.#studies.set(study.id, { ...study, attrs });
  }

  #createTrial(line: JsonObject): void {
    const studyId = integer(line, "study_id");
    if (!this.#studies.has(studyId)) return;
    const distributions = new Map(
      entries(line.distributions ?? {}).map(([name, json]) => [name, distribution(json)]),
    );
    const [id, own] = [this.#trials.length, this.#trialIds.get(studyId)!];
    this.#trials.push({
      id,
      studyId,
      number: own.length,
      createdBy: text(line, "worker_id"),
      state: state(line.state ?? 0),
      params: new Map(
        entries(line.params ?? {}).map(([name, value]) => {
          const kind = distributions.get(name);
          if (!kind) throw new MalformedOperation("a parameter without a distribution");
          return [name, valueOf(kind, number(value))];
        }),
      ),
      distributions,
      values: values(line.values ?? (line.value == null ? null : [line.value])),
      intermediateValues: new Map(
        entries(line.intermediate_values ?? {}).map(([step, value]) => [
          Number(step),
          number(value),
        ]),
      ),
      attrs: new Map(entries(line.user_attrs ?? {})),
      began: time(line.datetime_start),
      ended: time(line.datetime_complete),
    });
    own.push(id);
  }

  /** Changes a trial, unless it is finished or not there: then the operation counts for nothing. */
  #update(line: JsonObject, change: (trial: JournalTrial) => JournalTrial): void {
    const id = integer(line, "trial_id");
    const trial = this.#trials[id];
    if (trial && !isFinished(trial.state)) this.#trials[id] = change(trial);
  }

  #withParam(trial: JournalTrial, line: JsonObject): JournalTrial {
    const name = text(line, "param_name");
    const own = distribution(line.distribution);
    const earlier = this.trialsOf(trial.studyId).find((one) => one.distributions.has(name));
    if (earlier && !areCompatible(earlier.distributions.get(name)!, own)) return trial;
    const value = valueOf(own, number(line.param_value_internal));
    return {
      ...trial,
      params: new Map(trial.params).set(name, value),
      distributions: new Map(trial.distributions).set(name, own),
    };
  }
}

function withState(trial: JournalTrial, line: JsonObject): JournalTrial {
  const next = state(line.state);
  // A trial runs in one place only.
  if (next === "running" && trial.state === "running") return trial;
  return {
    ...trial,
    state: next,
    values: values(line.values) ?? trial.values,
    began: next === "running" ? time(line.datetime_start) : trial.began,
    ended: isFinished(next) ? time(line.datetime_complete) : trial.ended,
  };
}

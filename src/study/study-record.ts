import { randomUUID } from "node:crypto";
import { DataError } from "../errors.ts";
import type { JsonValue } from "../text/json.ts";
import type { Logs } from "../train/logs.ts";
import type { Distribution } from "./journal/distribution.ts";
import type { Journal } from "./journal/journal.ts";
import { MalformedOperation } from "./journal/fields.ts";
import * as operation from "./journal/operation.ts";
import { type JournalStudy, type JournalTrial, Replay } from "./journal/replay.ts";
import type { Params } from "./space/space.ts";
import { ATTR, type TrialRecord, trialRecord } from "./trial-record.ts";

/**
 * A study in a journal: what is written down, and how more is. Nothing is known here that does not stand in the
 * journal, so that a program that is killed has lost nothing.
 */
export class StudyRecord {
  readonly #journal: Journal;
  readonly #replay = new Replay();
  /** The journal's operations are told apart by their writers. */
  readonly #writer = `${randomUUID()}-0`;
  #lines = 0;
  #id = -1;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Where it is written down. */
  get location(): string {
    return this.#journal.location;
  }

  /** The studies of the journal, of which this is to be one. */
  async studies(): Promise<readonly JournalStudy[]> {
    await this.#read();
    return this.#replay.studies;
  }

  /** The studies' trials as the journal has them. */
  journalTrials(study: JournalStudy): readonly JournalTrial[] {
    return this.#replay.trialsOf(study.id);
  }

  /** Goes on with a study of the journal. */
  use({ id }: JournalStudy): void {
    this.#id = id;
  }

  /** Begins a study; of several programs that do so at once, all get the same. */
  async create(name: string, direction: operation.Direction): Promise<JournalStudy> {
    await this.#write(operation.createStudy(name, direction));
    const study = this.#replay.studies.find((one) => one.name === name)!;
    this.use(study);
    return study;
  }

  /** Keeps what the study depends on. */
  async setManifest(manifest: JsonValue): Promise<void> {
    await this.#write(operation.setStudyAttr(this.#id, ATTR.manifest, manifest));
  }

  /** All trials of the study, in their order. */
  get trials(): readonly TrialRecord[] {
    return this.#replay.trialsOf(this.#id).map(trialRecord);
  }

  /** The trial as it stands now. */
  trial(number: number): TrialRecord {
    return this.trials[number];
  }

  /** Begins a trial. */
  async createTrial(
    index: number,
    seed: number,
    params: Params,
    distributions: readonly (readonly [string, Distribution])[],
  ): Promise<TrialRecord> {
    const attrs = { [ATTR.index]: index, [ATTR.seed]: seed };
    await this.#write(operation.createTrial(this.#id, distributions, params, attrs));
    const trials = this.#replay.trialsOf(this.#id);
    return trialRecord(trials.filter(({ createdBy }) => createdBy === this.#writer).at(-1)!);
  }

  /** Writes down what a trial said after an epoch. */
  async report(
    { id }: TrialRecord,
    epochs: number,
    value: number | undefined,
    logs: Logs,
  ): Promise<void> {
    await this.#write(
      operation.setTrialAttr(id, ATTR.logs + String(epochs), logs),
      ...(value === undefined ? [] : [operation.setIntermediateValue(id, epochs, value)]),
    );
  }

  /** Lets a trial go on where it had to wait. */
  async promote({ id, promotions }: TrialRecord): Promise<void> {
    await this.#write(operation.setTrialAttr(id, ATTR.promotions, promotions + 1));
  }

  /** Remembers that a trial has failed, though it is to be tried again. */
  async fail({ id, failures }: TrialRecord, error: string): Promise<void> {
    await this.#write(
      operation.setTrialAttr(id, ATTR.failures, failures + 1),
      operation.setTrialAttr(id, ATTR.error, error),
    );
  }

  /** Ends a trial. */
  async finish({ id }: TrialRecord, state: operation.TrialState, value?: number): Promise<void> {
    await this.#write(operation.finishTrial(id, state, value));
  }

  async #write(...operations: readonly operation.Operation[]): Promise<void> {
    await this.#journal.append(operations.map((one) => ({ ...one, worker_id: this.#writer })));
    await this.#read();
  }

  async #read(): Promise<void> {
    for (const line of await this.#journal.read()) {
      this.#lines++;
      try {
        this.#replay.apply(line);
      } catch (cause) {
        if (!(cause instanceof MalformedOperation)) throw cause;
        throw new DataError({
          subject: "runStudy",
          expected: `an operation of Optuna 5 in line ${this.#lines} of ${this.#journal.location}`,
          got: cause.message,
          remedy: "bring the journal back from a copy, or begin in another folder",
          cause,
        });
      }
    }
  }
}

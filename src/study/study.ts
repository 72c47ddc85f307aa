import { ArgumentError } from "../errors.ts";
import { shown } from "../runtime/inspect.ts";
import { formatStudy } from "./console/format-study.ts";
import type { Direction, TrialState } from "./journal/operation.ts";
import { badness } from "./pruners/pruner.ts";
import type { Params } from "./space/space.ts";
import type { TrialRecord, TrialReport } from "./trial-record.ts";

/** A trial of a {@link Study}. */
export interface StudyTrial<P = Params> {
  /** Its place in the study, from 0. */
  readonly number: number;
  /**
   * `"complete"`: it gave a value. `"pruned"`: it was not promising enough. `"failed"`: see `error`. `"running"`: it
   * was stopped, and goes on with the next call; or another program runs it. `"waiting"`: another program is to run it.
   */
  readonly state: TrialState;
  /** What it was given. */
  readonly params: P;
  /** What it gave; of one that was pruned, what it was last judged by. */
  readonly value: number | undefined;
  /** Of its random numbers; `undefined` for a trial of another program. */
  readonly seed: number | undefined;
  /** What it said after its epochs, ascending. */
  readonly reports: readonly TrialReport[];
  /** Why it failed, if it has. */
  readonly error: string | undefined;
}

/** A trial that has a value. */
export type CompleteTrial<P = Params> = StudyTrial<P> & {
  /** What it gave. */
  readonly value: number;
};

/**
 * What `runStudy` has found. `String(study)` is a table of its trials, the best first; so is what Node's console
 * shows of it.
 */
export class Study<P = Params> {
  /** Whether small or large values are better. */
  readonly direction: Direction;
  /** All trials, by their numbers. */
  readonly trials: readonly StudyTrial<P>[];

  /** @internal */
  constructor(direction: Direction, records: readonly TrialRecord[]) {
    this.direction = direction;
    this.trials = records.map(({ number, state, params, value, seed, reports, error }) => ({
      ...{ number, state, value, seed, reports },
      params: params as P,
      error: state === "failed" ? error : undefined,
    }));
    shown(this, () => String(this));
  }

  /**
   * The complete trial with the best value; of equal ones the first.
   * @throws {ArgumentError} if no trial is complete.
   */
  get best(): CompleteTrial<P> {
    const best = this.ranked[0];
    if (best) return best;
    const error = this.trials.find((trial) => trial.error !== undefined)?.error;
    throw new ArgumentError({
      subject: "study.best",
      expected: "a study with a complete trial",
      got: error === undefined ? "none" : `none, the first failure being "${error}"`,
      remedy: "run it to its end, and see to what its trials fail at",
    });
  }

  /** The complete trials, the best first. */
  get ranked(): readonly CompleteTrial<P>[] {
    return this.trials
      .filter((trial): trial is CompleteTrial<P> => trial.state === "complete")
      .sort((a, b) => badness(a.value, this.direction) - badness(b.value, this.direction));
  }

  /** The table. */
  toString(): string {
    return formatStudy(this.trials, this.ranked);
  }
}

import { check, checkInteger, describe, isArray } from "../../checks.ts";
import { integer, reader, readOptions, text } from "../../options.ts";
import type { Direction } from "../journal/operation.ts";
import type { TrialRecord } from "../trial-record.ts";
import { badness, type Field, type Pruner } from "./pruner.ts";

/** Options of {@link asha}. */
export interface AshaOptions {
  /**
   * The value in the logs by which trials are compared, e.g. `"val_accuracy"`: better is what the study's `direction`
   * says.
   */
  readonly metric: string;
  /**
   * Epochs after which trials are compared, ascending, at least two; the last one is where trials end. Epochs
   * of all phases are counted through.
   */
  readonly rungs: readonly number[];
  /** One in so many goes on from a rung to the next, at least 2; default 3. */
  readonly reduction?: number;
}

/**
 * Asynchronous successive halving: trials train up to the first rung and wait there; whenever a place is free,
 * the best third of those that came so far goes on to the next rung, before any new trial is begun. Most of the
 * epochs so go to the best trials, and no trial waits for others.
 *
 * A trial that waits is a checkpoint: when it goes on, no step is made again. When all else is done and none has
 * come to the end, the best one of the highest rung goes on until one has. Those that still wait are "pruned".
 * Which ones go on depends on who came first: with one worker always the same, with several perhaps not.
 * @throws {ArgumentError} if an option is missing, unknown or out of its range.
 * @see Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, algorithm 2
 * @example
 * asha({ metric: "val_accuracy", rungs: [2, 6, 20] });
 */
export function asha(options: AshaOptions): Pruner {
  const subject = "asha";
  const { metric, rungs, reduction } = readOptions(subject, options, {
    metric: text(),
    rungs: reader({}, readRungs),
    reduction: integer({ min: 2, default: 3 }),
  });
  const ladder = new Ladder(rungs, reduction);
  return {
    metric,
    patience: ({ promotions }) => rungs[promotions] ?? Infinity,
    isHopeless: () => false,
    isWaiting: (trial) => ladder.isWaiting(trial),
    next: (field, isFree, isLast) => ladder.next(field, isFree, isLast),
    toJSON: () => ({ kind: "asha", metric, rungs, reduction }),
  };
}

/** Who stands on which rung. On the last one nobody waits, since there is nothing behind it. */
class Ladder {
  readonly #rungs: readonly number[];
  readonly #reduction: number;

  constructor(rungs: readonly number[], reduction: number) {
    this.#rungs = rungs.slice(0, -1);
    this.#reduction = reduction;
  }

  /** Whether a trial is not over, and has come to the rung up to which it may go. */
  isWaiting(trial: TrialRecord): boolean {
    return trial.state === "running" && this.#valueAt(trial, trial.promotions) !== undefined;
  }

  /** The one that goes on: from the highest rung on which one of the best waits. */
  next(
    { trials, direction }: Field,
    isFree: (trial: TrialRecord) => boolean,
    isLast: boolean,
  ): TrialRecord | undefined {
    const own = trials.filter(({ index }) => index !== undefined);
    for (let rung = this.#rungs.length - 1; rung >= 0; rung--) {
      const ranked = this.#ranked(own, rung, direction);
      const next = ranked
        .slice(0, Math.floor(ranked.length / this.#reduction))
        .find((trial) => trial.promotions === rung && this.isWaiting(trial) && isFree(trial));
      if (next) return next;
    }
    // Too few have begun for one of them to be among so many: the best one goes all the way.
    if (!isLast || own.some(({ state }) => state === "complete")) return undefined;
    const waiting = own.filter((trial) => this.isWaiting(trial));
    const highest = Math.max(...waiting.map(({ promotions }) => promotions));
    const top = waiting.filter(({ promotions }) => promotions === highest);
    return this.#ranked(top, highest, direction)[0];
  }

  /** Those that have come to a rung, the best first, of equal ones the one with the lower number. */
  #ranked(trials: readonly TrialRecord[], rung: number, direction: Direction): TrialRecord[] {
    const sized = trials.flatMap((trial) => {
      const value = this.#valueAt(trial, rung);
      return value === undefined ? [] : [{ trial, size: badness(value, direction) }];
    });
    return sized
      .sort((a, b) => (a.size === b.size ? a.trial.number - b.trial.number : a.size - b.size))
      .map(({ trial }) => trial);
  }

  /** What a trial was worth when it came to a rung. */
  #valueAt({ reports }: TrialRecord, rung: number): number | undefined {
    const epochs = this.#rungs[rung];
    return epochs === undefined
      ? undefined
      : reports.find((report) => report.epochs >= epochs && report.value !== undefined)?.value;
  }
}

function readRungs(value: unknown, subject: string, name: string): readonly number[] {
  check(
    isArray(value) && value.length >= 2,
    subject,
    `${name} to be a list of at least two numbers of epochs`,
    describe(value),
    "pass e.g. [2, 6, 20]",
  );
  return Array.from({ length: value.length }, (_, i) => {
    const epochs: unknown = value[i];
    checkInteger(subject, `${name}[${i}]`, epochs, { min: 1 });
    check(
      i === 0 || epochs > (value[i - 1] as number),
      subject,
      `${name} to ascend`,
      describe(value),
      "sort them, none twice",
    );
    return epochs;
  });
}

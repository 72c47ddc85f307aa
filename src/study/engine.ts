/**
 * What runs the trials of a study: processes of this machine, or a queue with workers on many.
 *
 * The study decides, the engine carries out. `runStudy` opens the engine, which claims a place for one program
 * at a time and keeps the study's journal there. Each piece of work is a `Work`, plain JSON: any process that can
 * load the trial's module may do it, with `runTrial` (run-trial.ts) and a store of checkpoints that belongs to the
 * trial, the same one whenever the trial goes on. Whatever is killed, the journal and the checkpoints say what
 * is left to do; an engine has no other memory. A trial is paused by the verdict "stop", and promoted by running the
 * same work again.
 *
 * What an engine must see to:
 * - One process at a time works on a trial: a second one waits until the first is gone.
 * - A report is answered before the trial goes on, and reaches the study in the order of the epochs.
 * - A worker whose program is gone stops.
 */
import type { JsonObject } from "../text/json.ts";
import type { Logs } from "../train/logs.ts";
import type { Journal } from "./journal/journal.ts";

/** A place where trials run. What `localProcesses` gives. */
export interface Engine {
  /**
   * Claims the place for one program.
   * @throws {SourceError} if it cannot be used, or another program has it.
   */
  open(): Promise<OpenEngine>;
}

/** An engine that a program has claimed. */
export interface OpenEngine {
  /** Where the study is written down. */
  readonly journal: Journal;
  /** How many trials run at a time, at least 1. */
  readonly workers: number;
  /**
   * Runs a trial, from its last checkpoint if there is one, until it ends or is to stop.
   * @param listener hears of its epochs, one after the other.
   * @param signal aborted when it is to stop: it saves, and the outcome is "stopped".
   * @throws what concerns the study as a whole, such as a lost connection.
   */
  run(work: Work, listener: WorkListener, signal: AbortSignal): Promise<Outcome>;
  /** Gives the place free; nothing runs any more. */
  close(): Promise<void>;
}

/** A trial to run; JSON. */
export type Work = JsonObject & {
  /** The URL of the module whose default export is the trial. */
  readonly trial: string;
  /** Tells it from all others in the journal, also of other studies: its checkpoints are kept under it. */
  readonly id: number;
  /** The trial's number in the study. */
  readonly number: number;
  /** What it is given. */
  readonly params: JsonObject;
  /** Of its random numbers. */
  readonly seed: number;
};

/** Who hears of a trial's epochs. Never rejects. */
export type WorkListener = (report: EpochReport) => Promise<Verdict>;

/** What a trial says after an epoch. */
export interface EpochReport {
  /** Epochs that it has behind it, of all phases. */
  readonly epochs: number;
  /** The numbers of the last one. */
  readonly logs: Logs;
}

/** What a trial does after it has reported. */
export type Verdict = "go on" | "stop";

/**
 * How a run of a trial ended.
 * - `"value"`: it gave a number, finite.
 * - `"stopped"`: it was told to stop, and has saved its state.
 * - `"failed"`: it threw, or gave something else.
 * - `"lost"`: its process is gone. Killed from outside, it may go on as if nothing had been.
 * - `"unsaved"`: its checkpoints cannot be kept where they are, by a full disk, say: no fault of the trial, which goes on
 *   from the last one when that has been seen to.
 * - `"unusable"`: there is no such trial, since its module cannot be loaded, or exports none. All trials have this outcome.
 */
export type Outcome =
  | {
      /** Which of them. */
      readonly kind: "value";
      /** What it gave. */
      readonly value: number;
    }
  | {
      /** Which of them. */
      readonly kind: "stopped";
    }
  | {
      /** Which of them. */
      readonly kind: "failed";
      /** Why, in words. */
      readonly error: string;
    }
  | {
      /** Which of them. */
      readonly kind: "lost";
      /** Why, in words. */
      readonly error: string;
      /** Whether it was killed from outside. */
      readonly isKilled: boolean;
    }
  | {
      /** Which of them. */
      readonly kind: "unsaved";
      /** Why, in words. */
      readonly error: string;
    }
  | {
      /** Which of them. */
      readonly kind: "unusable";
      /** What there is instead, in words. */
      readonly got: string;
    };

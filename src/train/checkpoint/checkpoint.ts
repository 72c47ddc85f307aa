import type { CallbackState } from "../callback.ts";
import type { JsonObject } from "../../text/json.ts";
import type { Logs } from "../logs.ts";
import type { NamedArray } from "../../model/named-array.ts";
import type { ModelState } from "../model-snapshot.ts";
import type { History } from "../run/history.ts";

/** What a callback remembers, with what tells it apart from other callbacks. */
export interface SavedCallback {
  readonly key: string;
  readonly state: CallbackState;
}

/** Where in a run a checkpoint was taken. */
export interface RunPosition {
  /** Index of the phase; the last one once the run is over. */
  readonly phase: number;
  /** Epochs of the phase that are complete, and so the index of the one under way. */
  readonly epoch: number;
  /** Steps of that epoch that are complete. */
  readonly step: number;
  /** Whether `onEpochBegin` has been called for it. */
  readonly begun: boolean;
  /** Whether a callback has asked the phase to stop. */
  readonly stopped: boolean;
}

/** The running means of the epoch under way. */
export interface MeansState {
  /** One sum per metric, weighted by samples. */
  readonly sums: readonly number[];
  readonly samples: number;
  /** The means that callbacks saw last: they may lag behind the sums. */
  readonly logs: Logs;
}

/**
 * The whole state of a run between two steps. Together with the options of the run it determines
 * everything that follows: random numbers are keyed by (seed, purpose, epoch, index) and so need no
 * state of their own.
 */
export interface Checkpoint extends ModelState {
  /** What the run depends on, for comparison when it goes on. */
  readonly manifest: JsonObject;
  readonly position: RunPosition;
  /** Steps since the run began. */
  readonly steps: number;
  readonly means: MeansState;
  /** Wall time spent in the epoch under way, in seconds. */
  readonly seconds: number;
  /** Of every phase that has begun. */
  readonly histories: readonly History[];
  /** Of the callbacks that have a state, in their order. */
  readonly callbacks: readonly SavedCallback[];
  /**
   * The weights that a run that is over has given; none before. Everything else is as it was before the
   * last phase was ended, where callbacks may exchange the weights: from there more epochs go on.
   */
  readonly result: readonly NamedArray[];
}

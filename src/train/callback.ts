import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Logs } from "./logs.ts";

/** What a callback may keep in a checkpoint: JSON with typed arrays in it. */
export type CallbackState =
  | null
  | boolean
  | number
  | string
  | Float32Array
  | Int32Array
  | readonly CallbackState[]
  | { readonly [key: string]: CallbackState | undefined };

/** The run that callbacks watch: what they may know of it, and do to it. */
export interface TrainingRun {
  /** The model in training. */
  readonly model: LayersModel;
  /** Index of the phase under way, from 0. */
  readonly phase: number;
  /** Number of the epoch after the last one, counted from the start of the phase. */
  readonly epochs: number;
  /** Batches in one epoch; `undefined` where the data does not say beforehand. */
  readonly steps: number | undefined;
  /**
   * Epochs from one measurement of the validation data to the next; `undefined` in a run without any.
   * Between two of them the logs lack the values that begin with `val_`.
   */
  readonly validationFreq: number | undefined;
  /** Level of printing: 0 nothing, 1 a live line, 2 a line an epoch. */
  readonly verbose: 0 | 1 | 2;
  /** The optimizer's learning rate; assigning it takes effect from the next step on. */
  learningRate: number;
  /** Whether it follows a schedule of the optimizer's own: then assigning it throws, as in Keras. */
  readonly isScheduled: boolean;
  /** @internal Whether somebody has asked for that; missing in the page of a Worker. */
  readonly isStopping?: boolean;
  /**
   * Ends the phase after the current epoch (after the current batch if called between batches), as
   * `model.stopTraining = true` does.
   */
  stopTraining(): void;
}

/**
 * Hooks of a run, all optional, with Keras's meanings; epochs and batches count from 0, and the run
 * comes last. A hook may return a promise: the run waits for it. Plain objects with some of the hooks
 * will do, and so do callbacks of TensorFlow.js.
 */
export interface Callback {
  /**
   * How many steps the logs of `onBatchEnd` may lag behind for this callback, at least 1; 1 has them
   * read back after every step, which makes the run wait for the device. Default: as the run likes.
   */
  readonly readEvery?: number;
  /** Before the first phase of a run. */
  onTrainBegin?(logs: Logs, run: TrainingRun): void | Promise<void>;
  /** After the last phase of a run, with the logs of the last epoch. */
  onTrainEnd?(logs: Logs, run: TrainingRun): void | Promise<void>;
  /**
   * Last of all, also when the run was aborted or failed: the place to give back what the callback
   * holds, such as tensors.
   */
  onRunEnd?(run: TrainingRun): void | Promise<void>;
  /** Before the first epoch of a phase; a run of `trainPhase` has one phase, 0. */
  onPhaseBegin?(phase: number, logs: Logs, run: TrainingRun): void | Promise<void>;
  /** After the last epoch of a phase, also if it was stopped early. */
  onPhaseEnd?(phase: number, logs: Logs, run: TrainingRun): void | Promise<void>;
  /** Before the first batch of an epoch. */
  onEpochBegin?(epoch: number, logs: Logs, run: TrainingRun): void | Promise<void>;
  /**
   * The logs are shared by the callbacks of a run, in order: one may add a value for the next. Numbers in
   * them go into the history.
   */
  onEpochEnd?(epoch: number, logs: Logs, run: TrainingRun): void | Promise<void>;
  /** Before the validation data are measured at the end of an epoch. */
  onTestBegin?(logs: Logs, run: TrainingRun): void | Promise<void>;
  /** After the validation data have been measured: the logs hold what they gave, without `val_`. */
  onTestEnd?(logs: Logs, run: TrainingRun): void | Promise<void>;
  /** Before each batch. */
  onBatchBegin?(batch: number, logs: Logs, run: TrainingRun): void | Promise<void>;
  /**
   * After each batch. `logs` holds the running means of the epoch, read back from the device only
   * as often as the run reads them, so they may lag by some batches.
   */
  onBatchEnd?(batch: number, logs: Logs, run: TrainingRun): void | Promise<void>;
  /**
   * Called when a loss that has been read back is NaN or infinite, before the run ends with an error.
   * A callback that calls `stopTraining` has it end quietly instead.
   * @param batch the step in question, counted from 0 in its epoch.
   */
  onNonFiniteLoss?(batch: number, run: TrainingRun): void | Promise<void>;
  /**
   * What tells the callback apart from others in a checkpoint: its kind and the options on which its
   * state depends. A run goes on only with callbacks of the same keys in the same order. Default
   * `"callback"`.
   */
  readonly stateKey?: string;
  /**
   * What the callback has to remember when the run is interrupted: plain values and typed arrays. It
   * becomes part of the checkpoints; a callback without this hook begins anew when a run goes on.
   */
  getState?(run: TrainingRun): CallbackState | Promise<CallbackState>;
  /**
   * Gives back what `getState` gave. Called when a run goes on from a checkpoint, after
   * `onPhaseBegin` and, if an epoch was under way, its `onEpochBegin`.
   */
  setState?(state: CallbackState, run: TrainingRun): void | Promise<void>;
}

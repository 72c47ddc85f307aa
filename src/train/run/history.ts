import type { Logs } from "../logs.ts";

/**
 * What a phase recorded: one value an epoch in every list. Metrics besides accuracy are in the logs
 * that callbacks get, e.g. for `csvLogger`.
 */
export interface History {
  /** Index of each epoch, counted from 0. */
  readonly epochs: readonly number[];
  /** Training loss: mean over the samples of the epoch, while the weights moved. */
  readonly loss: readonly number[];
  /** Training accuracy in [0, 1], likewise; empty if the model was compiled without accuracy. */
  readonly accuracy: readonly number[];
  /** Loss on the validation data after the epoch; empty without validation data. */
  readonly valLoss: readonly number[];
  /** Accuracy on the validation data after the epoch, in [0, 1]; empty without validation data. */
  readonly valAccuracy: readonly number[];
  /** Wall time of the epoch in seconds, validation included. The one part that no seed fixes. */
  readonly seconds: readonly number[];
}

/** How a run went, apart from what it learned. No seed fixes these figures. */
export interface RunHealth {
  /** Steps taken by this call; those before an interruption do not count. */
  readonly steps: number;
  /** Wall time of this call. */
  readonly seconds: number;
  /** Checkpoints written. */
  readonly checkpoints: number;
  /** Wall time that the run waited for checkpoints. */
  readonly secondsSaving: number;
  /**
   * Tensors alive before and after. The first run of a model adds its optimizer's state, two tensors
   * a trainable weight with Adam; anything more comes from callbacks.
   */
  readonly tensorsBefore: number;
  /** See `tensorsBefore`. */
  readonly tensorsAfter: number;
}

/** What a run gives. */
export interface Training {
  /** All phases, one after the other, epochs counted through. */
  readonly history: History;
  /** Each phase by itself. */
  readonly phases: readonly History[];
  /** How the run went. */
  readonly health: RunHealth;
}

/** The histories of a run in two phases. */
export interface TwoPhaseHistory {
  /** The first phase, without augmentation. */
  readonly plain: History;
  /** The second phase, with augmentation. */
  readonly augmented: History;
  /** Both, one after the other, epochs counted through. */
  readonly all: History;
  /** How the run went. */
  readonly health: RunHealth;
}

/** The keys of the logs, and where the history keeps their values. */
const FIELDS = [
  ["loss", "loss"],
  ["accuracy", "accuracy"],
  ["val_loss", "valLoss"],
  ["val_accuracy", "valAccuracy"],
] as const;

/** A history that grows epoch by epoch. */
export class HistoryRecorder implements History {
  readonly epochs: number[] = [];
  readonly loss: number[] = [];
  readonly accuracy: number[] = [];
  readonly valLoss: number[] = [];
  readonly valAccuracy: number[] = [];
  readonly seconds: number[] = [];

  /** One that goes on from a history. */
  static of(history: History): HistoryRecorder {
    const recorder = new HistoryRecorder();
    for (const key of Object.keys(recorder) as (keyof History)[]) {
      recorder[key].push(...history[key]);
    }
    return recorder;
  }

  /** What has been recorded, as the plain data that a caller gets. */
  get history(): History {
    const { epochs, loss, accuracy, valLoss, valAccuracy, seconds } = this;
    return { epochs, loss, accuracy, valLoss, valAccuracy, seconds };
  }

  append(epoch: number, logs: Logs, seconds: number): void {
    this.epochs.push(epoch);
    for (const [key, field] of FIELDS) {
      if (key in logs) this[field].push(logs[key]);
    }
    this.seconds.push(seconds);
  }
}

/** Histories of consecutive phases as one, epochs counted through. */
export function joinHistories(histories: readonly History[]): History {
  const join = (field: keyof History): number[] => histories.flatMap((history) => history[field]);
  const epochs = join("epochs").map((_, i) => i);
  return {
    epochs,
    loss: join("loss"),
    accuracy: join("accuracy"),
    valLoss: join("valLoss"),
    valAccuracy: join("valAccuracy"),
    seconds: join("seconds"),
  };
}

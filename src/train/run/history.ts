import { shownRounded } from "../../runtime/inspect.ts";
import type { Logs } from "../logs.ts";

/**
 * What a phase recorded: one value an epoch in every list, NaN where there was none, as in epochs
 * without validation. A list is empty if no epoch has a value.
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
  /**
   * The other metrics that the model was compiled with, by their names (the second `topk` is `topk_1`);
   * on the validation data with `val_` before them. Then the numbers that callbacks have added to the
   * logs in `onEpochEnd`, such as `learning_rate`.
   */
  readonly metrics: Readonly<Record<string, readonly number[]>>;
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
   * Tensors alive before and after. The first run of a model that you compiled adds its optimizer's
   * state, two tensors a trainable weight with Adam; anything more comes from callbacks.
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

/** What a run of one phase gives. */
export interface PhaseHistory extends History {
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
export class HistoryRecorder {
  readonly #epochs: number[] = [];
  readonly #seconds: number[] = [];
  /** One row of values an epoch. */
  readonly #logs: ReadonlyMap<string, number>[] = [];

  /** One that goes on from histories, one after the other. */
  static of(...histories: readonly History[]): HistoryRecorder {
    const recorder = new HistoryRecorder();
    for (const { epochs, seconds, metrics, ...values } of histories) {
      const columns = [
        ...FIELDS.map(([key, field]) => [key, values[field]] as const),
        ...Object.entries(metrics),
      ].filter(([, column]) => column.length > 0);
      epochs.forEach((epoch, i) => {
        const logs = Object.fromEntries(columns.map(([key, column]) => [key, column[i]]));
        recorder.append(epoch, logs, seconds[i]);
      });
    }
    return recorder;
  }

  /** The values of the last epoch; none before the first. */
  get last(): Logs {
    return Object.fromEntries(this.#logs.at(-1) ?? []);
  }

  /** What has been recorded, as the plain data that a caller gets. */
  get history(): History {
    const known: readonly string[] = FIELDS.map(([key]) => key);
    const keys = new Set(this.#logs.flatMap((logs) => [...logs.keys()]));
    const column = (key: string): number[] =>
      keys.has(key) ? this.#logs.map((logs) => logs.get(key) ?? NaN) : [];
    return shownRounded({
      epochs: [...this.#epochs],
      ...(Object.fromEntries(FIELDS.map(([key, field]) => [field, column(key)])) as Fields),
      metrics: Object.fromEntries(
        [...keys].filter((key) => !known.includes(key)).map((key) => [key, column(key)]),
      ),
      seconds: [...this.#seconds],
    });
  }

  append(epoch: number, logs: Logs, seconds: number): void {
    this.#epochs.push(epoch);
    // A callback may have added anything.
    const isNumber = ([, value]: readonly [string, unknown]): boolean => typeof value === "number";
    this.#logs.push(new Map(Object.entries(logs).filter(isNumber)));
    this.#seconds.push(seconds);
  }
}

type Fields = Record<(typeof FIELDS)[number][1], number[]>;

/** Histories of consecutive phases as one, epochs counted through. */
export function joinHistories(histories: readonly History[]): History {
  const { history } = HistoryRecorder.of(...histories);
  return shownRounded({ ...history, epochs: history.epochs.map((_, i) => i) });
}

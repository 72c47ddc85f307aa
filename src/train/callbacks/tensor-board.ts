import { func, readOptions } from "../../options.ts";
import { notAPromise } from "../../runtime/listener.ts";
import type { Callback, CallbackState } from "../callback.ts";
import { count, list, word } from "../checkpoint/header-shape.ts";
import type { Logs } from "../logs.ts";
import { scalarRecord, versionRecord } from "./event-file.ts";
import { stateKey } from "./state-key.ts";
import { stateReader } from "./state-reader.ts";

const SUBJECT = "tensorBoard";

/** Curves of the training data and of the validation data: one event file each. */
export type TensorBoardRun = "train" | "validation";

/** Appends bytes to the event file of a run; the training waits for a promise. */
export type EventWriter = (run: TensorBoardRun, bytes: Uint8Array) => unknown;

/** Options of {@link tensorBoard}. */
export interface TensorBoardOptions {
  /** Gives the time that the events carry, in seconds since 1970; default the computer's clock. */
  readonly wallTime?: () => number;
}

const readState = /* @__PURE__ */ stateReader(SUBJECT, {
  begun: /* @__PURE__ */ list(/* @__PURE__ */ word<TensorBoardRun>("train", "validation")),
  step: count,
});

/**
 * Writes the logs of every epoch as TensorBoard's event files, under the names that Keras gives them:
 * `epoch_loss`, `epoch_accuracy`, `epoch_learning_rate`, for training and validation apart. Epochs are
 * counted through the phases of a run.
 * @param write appends to a file of the run, which has to lie in a folder of its own and to have
 *   `tfevents` in its name, e.g. `(run, bytes) => appendFile("logs/" + run + "/tfevents", bytes)`.
 * @throws {ArgumentError} if `write` is not a function, or an option is unknown or wrong.
 */
export function tensorBoard(write: EventWriter, options: TensorBoardOptions = {}): Callback {
  const remedy = 'pass e.g. (run, bytes) => appendFile("logs/" + run + "/tfevents", bytes)';
  func(remedy)(write, SUBJECT, "write");
  const { wallTime } = readOptions(SUBJECT, options, {
    wallTime: func<() => number, { default: () => number }>("pass e.g. () => Date.now() / 1000", {
      default: () => Date.now() / 1000,
    }),
  });
  const now = (): number => notAPromise(SUBJECT, "wallTime", wallTime());
  const begun = new Set<TensorBoardRun>();
  let step = 0;
  return {
    stateKey: stateKey(SUBJECT, options),
    getState(): ReturnType<typeof readState> {
      return { begun: [...begun], step };
    },
    setState(saved: CallbackState): void {
      const state = readState(saved);
      state.begun.forEach((run) => begun.add(run));
      ({ step } = state);
    },
    async onEpochEnd(_epoch: number, logs: Logs): Promise<void> {
      for (const [name, value] of Object.entries(logs)) {
        const run = name.startsWith("val_") ? "validation" : "train";
        if (!begun.has(run)) await write(run, versionRecord(now()));
        begun.add(run);
        const tag = `epoch_${name.replace(/^val_/, "")}`;
        await write(run, scalarRecord(now(), step, tag, value));
      }
      step++;
    },
  };
}

import { checkBoolean, checkOptions } from "../../checks.ts";
import { TrainingError } from "../../errors.ts";
import type { Callback, Logs, TrainingContext } from "../callback.ts";
import { announcer, type AnnounceOptions } from "./announce.ts";

/** Options of {@link terminateOnNaN}; its message is printed by default. */
export interface TerminateOnNaNOptions extends AnnounceOptions {
  /** Whether to reject the run instead of ending it as if it were complete; default false. */
  readonly raiseError?: boolean;
}

/**
 * Ends the run when the loss is NaN or infinite, as Keras's `TerminateOnNaN` does. The loss is a mean
 * over the epoch that is read back now and then: the batch named is the first one that shows it.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function terminateOnNaN(options: TerminateOnNaNOptions = {}): Callback {
  const subject = "terminateOnNaN";
  checkOptions(subject, options, ["raiseError", "verbose", "output"]);
  const { raiseError = false } = options;
  checkBoolean(subject, "raiseError", raiseError);
  const announce = announcer(subject, { verbose: 1, ...options });
  let context: TrainingContext | undefined;
  let batches = 0;
  let isDone = false;

  const look = ({ loss }: Logs): void => {
    if (isDone || loss === undefined || Number.isFinite(loss)) return;
    isDone = true;
    if (raiseError) {
      throw new TrainingError({
        subject,
        expected: "a finite loss",
        got: `${loss} at batch ${batches - 1}`,
        remedy: "lower the learning rate, or look for NaN in the data",
      });
    }
    announce(`\nBatch ${batches - 1}: Invalid loss, terminating training`);
    context?.stopTraining();
  };

  return {
    setContext(given: TrainingContext): void {
      context = given;
    },
    onTrainBegin(): void {
      isDone = false;
    },
    onBatchEnd(batch: number, logs: Logs): void {
      batches = batch + 1;
      look(logs);
    },
    onEpochEnd(_epoch: number, logs: Logs): void {
      // The batch logs lag behind; those of the epoch do not.
      look(logs);
    },
  };
}

import { TrainingError } from "../../errors.ts";
import { boolean, oneOf, readOptions } from "../../options.ts";
import type { Callback, TrainingRun } from "../callback.ts";
import { announcer, announceOptions, type AnnounceOptions } from "./announce.ts";

/** Options of {@link terminateOnNaN}; its message is printed by default. */
export interface TerminateOnNaNOptions extends AnnounceOptions {
  /** Whether to reject the run instead of ending it as if it were complete; default false. */
  readonly raiseError?: boolean;
}

/**
 * Ends the run when the loss is NaN or infinite, as Keras's `TerminateOnNaN` does: quietly, the
 * epoch's validation left out. Losses are read back now and then, so some steps may follow the one
 * that is named.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function terminateOnNaN(options: TerminateOnNaNOptions = {}): Callback {
  const subject = "terminateOnNaN";
  const { raiseError, ...settings } = readOptions(subject, options, {
    ...announceOptions(),
    verbose: oneOf([0, 1], { default: 1 }),
    raiseError: boolean({ default: false }),
  });
  const announce = announcer(settings);
  return {
    async onNonFiniteLoss(batch: number, run: TrainingRun): Promise<void> {
      if (raiseError) {
        throw new TrainingError({
          subject,
          expected: "a finite loss",
          got: `NaN or infinity at batch ${batch}`,
          remedy: "lower the learning rate, or look for NaN in the data",
        });
      }
      await announce(`\nBatch ${batch}: Invalid loss, terminating training`);
      run.stopTraining();
    },
  };
}

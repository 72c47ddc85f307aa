import { check, checkInteger, checkOneOf, checkOptions, describe } from "../../checks.ts";
import type { CheckpointStore } from "./checkpoint-store.ts";

/** How a run saves its state. */
export interface CheckpointOptions {
  /** Where, e.g. `fileCheckpointStore("runs/1")` of `cifar-kit/node`. One run at a time may use it. */
  readonly store: CheckpointStore;
  /** Save after every so many steps of the run; default 200; 0: not between epochs. */
  readonly everySteps?: number;
  /** Save after every so many epochs; default 1; 0: not after epochs. */
  readonly everyEpochs?: number;
  /** Checkpoints to keep: the newest, and older ones in case it is damaged; default 2. */
  readonly keep?: number;
  /**
   * What a save that fails does to the run (a full disk, say): `"stop"` (default) rejects it,
   * `"warn"` says so on the console and goes on. The checkpoint that is written before the first
   * step has to succeed in any case.
   */
  readonly onSaveError?: "stop" | "warn";
}

/**
 * What a run does with a store that holds a checkpoint. `"auto"`: goes on from it, or begins if there
 * is none. `"must"`: goes on, or fails if there is none. `"never"`: begins anew and replaces it.
 */
export type ResumeMode = "auto" | "never" | "must";

/** Throws unless the options are right. */
export function checkCheckpointOptions(
  subject: string,
  checkpoint: CheckpointOptions | undefined,
  resume: ResumeMode,
): void {
  checkOneOf(subject, "resume", resume, ["auto", "never", "must"]);
  if (checkpoint === undefined) {
    check(
      resume !== "must",
      subject,
      'checkpoint: { store } with resume: "must"',
      "none",
      "say where the checkpoint is",
    );
    return;
  }
  checkOptions(`${subject}: checkpoint`, checkpoint, [
    "store",
    "everySteps",
    "everyEpochs",
    "keep",
    "onSaveError",
  ]);
  const { store, everySteps = 200, everyEpochs = 1, keep = 2, onSaveError = "stop" } = checkpoint;
  check(
    typeof (store as Partial<CheckpointStore> | undefined)?.open === "function",
    subject,
    "checkpoint.store to be a CheckpointStore",
    describe(store),
    "pass e.g. fileCheckpointStore(folder) of cifar-kit/node",
  );
  checkInteger(subject, "checkpoint.everySteps", everySteps, { min: 0 });
  checkInteger(subject, "checkpoint.everyEpochs", everyEpochs, { min: 0 });
  checkInteger(subject, "checkpoint.keep", keep, { min: 1 });
  checkOneOf(subject, "checkpoint.onSaveError", onSaveError, ["stop", "warn"]);
}

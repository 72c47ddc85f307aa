import { integer, like, oneOf, readOptions } from "../../options.ts";
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

/** The options with every default filled in. */
export type CheckpointSettings = Required<CheckpointOptions>;

/** Reads the options. @throws {ArgumentError} unless they are right. */
export function readCheckpointOptions(subject: string, options: unknown): CheckpointSettings {
  return readOptions(`${subject}: checkpoint`, options as CheckpointOptions, {
    store: like(
      isStore,
      "a CheckpointStore",
      "pass e.g. fileCheckpointStore(folder) of cifar-kit/node",
    ),
    everySteps: integer({ min: 0, default: 200 }),
    everyEpochs: integer({ min: 0, default: 1 }),
    keep: integer({ min: 1, default: 2 }),
    onSaveError: oneOf(["stop", "warn"], { default: "stop" }),
  });
}

function isStore(value: unknown): value is CheckpointStore {
  return typeof (value as Partial<CheckpointStore> | null | undefined)?.open === "function";
}

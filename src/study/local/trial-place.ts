import { join } from "node:path";
import { fileCheckpointStore } from "../../node/file-checkpoint-store.ts";
import type { CheckpointStore } from "../../train/checkpoint/checkpoint-store.ts";
import type { Work } from "../engine.ts";
import { waitForFolder } from "./wait-for-folder.ts";

/** Where the checkpoints of a trial lie, in words that another process understands. */
export interface TrialPlace {
  /** A folder of the trial's own, which is there. */
  readonly folder: string;
}

/** A place that a process has to itself. */
export interface ClaimedPlace {
  readonly store: CheckpointStore;
  release(): Promise<void>;
}

/** The folder of a trial below that of all. */
export const trialFolder = (folder: string, { id }: Work): string =>
  join(folder, "trials", String(id).padStart(4, "0"));

/**
 * Claims a trial's place as soon as nobody else has it: whoever ran the trial before may not have noticed yet that
 * its program is gone. Gives nothing if it is told to stop first.
 */
export async function claimPlace(
  { folder }: TrialPlace,
  signal: AbortSignal,
): Promise<ClaimedPlace | undefined> {
  const lock = await waitForFolder(folder, signal);
  return (
    lock && {
      store: fileCheckpointStore(join(folder, "checkpoints")),
      release: () => lock.release(),
    }
  );
}

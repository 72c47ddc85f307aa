import { join } from "node:path";
import { fileCheckpointStore } from "../../node/file-checkpoint-store.ts";
import type { CheckpointStore } from "../../train/checkpoint/checkpoint-store.ts";
import type { Work } from "../engine.ts";
import { passedOn } from "../watched-store.ts";
import { waitForFolder } from "./wait-for-folder.ts";

/** Where the checkpoints of a trial lie, in words that another process understands. */
export type TrialPlace =
  | {
      /** A folder of the trial's own, which is there. */
      readonly folder: string;
    }
  | {
      /** The address of a database, and the name of the run there. */
      readonly database: string;
      readonly run: string;
    };

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
  place: TrialPlace,
  signal: AbortSignal,
): Promise<ClaimedPlace | undefined> {
  if ("database" in place) return claimRun(place.database, place.run);
  const lock = await waitForFolder(place.folder, signal);
  return (
    lock && {
      store: fileCheckpointStore(join(place.folder, "checkpoints")),
      release: () => lock.release(),
    }
  );
}

/**
 * A database fences off whoever had the run before, so nobody is waited for: the queue says whose it is. It is
 * claimed once a process, however often the trial opens it: one that sleeps too long gets nothing back when it wakes.
 */
async function claimRun(connection: string, run: string): Promise<ClaimedPlace> {
  const { postgresCheckpointStore } = await import("../../postgres/postgres-checkpoint-store.ts");
  const claimed = await postgresCheckpointStore({ connection, run, patience: 0 }).open();
  const opened = { ...passedOn(claimed), close: () => Promise.resolve() };
  return {
    store: { open: () => Promise.resolve(opened) },
    release: () => claimed.close(),
  };
}

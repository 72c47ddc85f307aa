import { SourceError } from "../../errors.ts";
import type { OpenCheckpointStore } from "./checkpoint-store.ts";

/** Named files that a run has to itself, in whatever place. */
export interface CheckpointFiles {
  /** For messages. */
  readonly location: string;
  list(): Promise<string[]>;
  read(name: string): Promise<Uint8Array>;
  write(name: string, bytes: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
  rename(name: string, newName: string): Promise<void>;
  /** What became of the claim, and what to do, if it is this run's no more. */
  loss(): Promise<{ readonly got: string; readonly remedy: string } | undefined>;
  close(): Promise<void>;
  /** Does something with one of them, or with all; errors say what failed, why, and what to do. */
  explain<T>(verb: string, name: string, action: () => Promise<T>): Promise<T>;
}

/** The checkpoints of one run as files, each whole or not there. */
export function openStore(subject: string, files: CheckpointFiles): OpenCheckpointStore {
  const { location } = files;
  const checkClaim = async (): Promise<void> => {
    const loss = await files.loss();
    const expected = `${location} for this run alone`;
    if (loss) throw new SourceError({ subject, expected, ...loss });
  };
  /** Changes something. What fails since the claim has ended meanwhile is told as that. */
  const change = <T>(verb: string, name: string, action: () => Promise<T>): Promise<T> =>
    files.explain(verb, name, async () => {
      await checkClaim();
      try {
        return await action();
      } catch (error) {
        await checkClaim();
        throw error;
      }
    });
  return {
    location,
    list: () => files.explain("read", "", () => files.list()),
    read: (name) => files.explain("read", name, () => files.read(name)),
    write: (name, bytes) => change("written", name, () => files.write(name, bytes)),
    remove: (name) => change("removed", name, () => files.remove(name)),
    setAside: (name) =>
      change("renamed", name, async () => {
        const others = await files.list();
        let place = `${name}.damaged`;
        for (let i = 2; others.includes(place); i++) place = `${name}.damaged-${i}`;
        await files.rename(name, place);
        return place;
      }),
    close: () => files.close(),
  };
}

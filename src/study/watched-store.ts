import { SourceError } from "../errors.ts";
import type { CheckpointStore, OpenCheckpointStore } from "../train/checkpoint/checkpoint-store.ts";

/** A store, of which somebody hears what it fails at. */
export function watchedStore(
  store: CheckpointStore,
  onFailure: (error: unknown) => void,
): CheckpointStore {
  const watch = <T>(done: Promise<T>): Promise<T> =>
    done.catch((error: unknown) => {
      onFailure(error);
      throw error;
    });
  return { open: async () => passedOn(await watch(store.open()), watch) };
}

/** An open store whose calls go through something. */
export function passedOn(
  store: OpenCheckpointStore,
  through: <T>(done: Promise<T>) => Promise<T> = (done) => done,
): OpenCheckpointStore {
  return {
    location: store.location,
    list: () => through(store.list()),
    read: (name) => through(store.read(name)),
    write: (name, bytes) => through(store.write(name, bytes)),
    remove: (name) => through(store.remove(name)),
    setAside: (name) => through(store.setAside(name)),
    close: () => through(store.close()),
  };
}

/** The error of a study or a worker that cannot keep a trial's checkpoints. */
export function unsaved(subject: string, number: number, error: string): SourceError {
  return new SourceError({
    subject,
    expected: `that the checkpoints of trial ${number} can be kept`,
    got: `"${error}"`,
    remedy: "see to that and start again: it goes on from the last one",
  });
}

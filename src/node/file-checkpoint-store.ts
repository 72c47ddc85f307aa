import { readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { check, describe } from "../checks.ts";
import { SourceError } from "../errors.ts";
import type { CheckpointStore, OpenCheckpointStore } from "../train/checkpoint/checkpoint-store.ts";
import { writingRemedy } from "./file-remedies.ts";
import { FolderLock, isLockFile } from "./folder-lock.ts";
import { isPath } from "./is-path.ts";
import { makeFolder } from "./make-folder.ts";
import { readRegularFile } from "./read-regular-file.ts";
import { isWriterGone, sweep } from "./temporary-files.ts";
import { writeAtomic } from "./write-atomic.ts";

const SUBJECT = "fileCheckpointStore";

/**
 * Keeps checkpoints in a folder, a file each. A file is written under another name, onto the disk,
 * and then renamed: whatever happens, a name stands for a whole checkpoint. One run at a time may use
 * the folder; the lock of a process that is gone is taken over.
 * @param folder created if it is missing; best one of its own.
 * @throws {ArgumentError} if `folder` is not a path.
 * @throws {SourceError} from `open`, if the folder cannot be written or another run has it.
 */
export function fileCheckpointStore(folder: string): CheckpointStore {
  check(
    isPath(folder),
    SUBJECT,
    "the path of a folder",
    describe(folder),
    'pass e.g. "runs/checkpoints"',
  );
  const path = resolve(folder);
  return {
    open: () =>
      explained(path, "can be made, read and written", async () => {
        await makeFolder(path);
        const lock = await FolderLock.take(SUBJECT, path);
        // The lock says that nobody writes here, but for those who try to get it.
        await sweep(path, async (name) => !isLockFile(name) || (await isWriterGone(name)) === true);
        return new FileCheckpoints(path, lock);
      }),
  };
}

class FileCheckpoints implements OpenCheckpointStore {
  readonly location: string;
  readonly #lock: FolderLock;

  constructor(location: string, lock: FolderLock) {
    this.location = location;
    this.#lock = lock;
  }

  list(): Promise<string[]> {
    return explained(this.location, "can be read", () => readdir(this.location));
  }

  read(name: string): Promise<Uint8Array> {
    return explained(this.#path(name), "can be read", () => readRegularFile(this.#path(name)));
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    return explained(this.#path(name), "can be written", async () => {
      const loss = await this.#lock.loss();
      if (loss !== undefined) {
        throw new SourceError({
          subject: SUBJECT,
          expected: `${this.location} for this run alone`,
          got: loss,
          remedy: loss.startsWith("another run")
            ? "start this one again when the other has ended; it was taken for dead, perhaps after a long sleep"
            : "start the run again, and leave its folder alone while it goes on",
        });
      }
      await writeAtomic(this.#path(name), bytes);
    });
  }

  remove(name: string): Promise<void> {
    return explained(this.#path(name), "can be removed", () =>
      rm(this.#path(name), { force: true, recursive: true }),
    );
  }

  setAside(name: string): Promise<string> {
    return explained(this.#path(name), "can be renamed", async () => {
      const others = await readdir(this.location);
      let place = `${name}.damaged`;
      for (let i = 2; others.includes(place); i++) place = `${name}.damaged-${i}`;
      await rename(this.#path(name), this.#path(place));
      return place;
    });
  }

  close(): Promise<void> {
    return this.#lock.release();
  }

  #path(name: string): string {
    return join(this.location, name);
  }
}

/** Does something with files; its errors say which file, why, and what to do. */
async function explained<T>(path: string, what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    throw new SourceError({
      subject: SUBJECT,
      expected: `that ${path} ${what}`,
      got: (cause as Error).message,
      remedy: writingRemedy(cause),
      cause,
    });
  }
}

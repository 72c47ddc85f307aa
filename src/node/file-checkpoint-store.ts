import { readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SourceError } from "../errors.ts";
import type { CheckpointStore, OpenCheckpointStore } from "../train/checkpoint/checkpoint-store.ts";
import { explainErrors } from "./file-errors.ts";
import { FolderLock, isLockFile } from "./folder-lock.ts";
import { checkPath } from "./path.ts";
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
  checkPath(SUBJECT, folder, "the path of a folder", 'pass e.g. "runs/checkpoints"');
  const path = resolve(folder);
  return {
    open: () =>
      inFolder(path, "can be made, read and written", async () => {
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
    return inFolder(this.location, "can be read", () => readdir(this.location));
  }

  read(name: string): Promise<Uint8Array> {
    return inFolder(this.#path(name), "can be read", () => readRegularFile(this.#path(name)));
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    return inFolder(this.#path(name), "can be written", async () => {
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
    return inFolder(this.#path(name), "can be removed", () =>
      rm(this.#path(name), { force: true, recursive: true }),
    );
  }

  setAside(name: string): Promise<string> {
    return inFolder(this.#path(name), "can be renamed", async () => {
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

function inFolder<T>(path: string, what: string, action: () => Promise<T>): Promise<T> {
  return explainErrors({ subject: SUBJECT, expected: `that ${path} ${what}` }, action);
}

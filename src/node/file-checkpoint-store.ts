import { readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type CheckpointFiles, openStore } from "../train/checkpoint/checkpoint-files.ts";
import type { CheckpointStore } from "../train/checkpoint/checkpoint-store.ts";
import { explainFileErrors } from "./file-errors.ts";
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
        return openStore(SUBJECT, filesIn(path, lock));
      }),
  };
}

function filesIn(location: string, lock: FolderLock): CheckpointFiles {
  const at = (name: string): string => join(location, name);
  return {
    location,
    list: () => readdir(location),
    read: (name) => readRegularFile(at(name)),
    write: (name, bytes) => writeAtomic(at(name), bytes),
    remove: (name) => rm(at(name), { force: true, recursive: true }),
    rename: (name, newName) => rename(at(name), at(newName)),
    loss: () => lock.loss(),
    close: () => lock.release(),
    explain: (verb, name, action) => inFolder(at(name), `can be ${verb}`, action),
  };
}

function inFolder<T>(path: string, what: string, action: () => Promise<T>): Promise<T> {
  return explainFileErrors({ subject: SUBJECT, expected: `that ${path} ${what}` }, action);
}

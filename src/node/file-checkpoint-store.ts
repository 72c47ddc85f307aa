import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SourceError } from "../errors.ts";
import { type CheckpointFiles, openStore } from "../train/checkpoint/checkpoint-files.ts";
import type { CheckpointStore } from "../train/checkpoint/checkpoint-store.ts";
import { ClaimFolder, isClaim } from "./claim-folder.ts";
import { explainFileErrors } from "./file-errors.ts";
import { FolderLock, isLockFile, LOCK } from "./folder-lock.ts";
import { checkPath } from "./path.ts";
import { makeFolder } from "./make-folder.ts";
import { readRegularFile } from "./read-regular-file.ts";
import { isTemporary, isWriterGone, sweep } from "./temporary-files.ts";

const SUBJECT = "fileCheckpointStore";

/**
 * Keeps checkpoints in a folder, a file each. A file is written elsewhere, onto the disk, and then
 * renamed: whatever happens, a name stands for a whole checkpoint. One run at a time may use the
 * folder. The lock of a process that is gone is taken over: of this machine at once, of another one that shares the
 * folder (NFS, say) after two minutes without a sign of life, by the clock of the file system. One that was only
 * asleep can change nothing any more when it wakes up.
 * @param folder created if it is missing; best one of its own.
 * @throws {ArgumentError} if `folder` is not a path.
 * @throws {SourceError} from `open`, if the folder cannot be written or another run has it; from what changes
 *   something, if another run has taken the folder over.
 */
export function fileCheckpointStore(folder: string): CheckpointStore {
  checkPath(SUBJECT, folder, "the path of a folder", 'pass e.g. "runs/checkpoints"');
  const path = resolve(folder);
  return {
    open: () =>
      inFolder(path, "can be made, read and written", async () => {
        await makeFolder(path);
        const lock = await FolderLock.take(SUBJECT, path);
        try {
          // The lock says that nobody writes here, but for those who try to get it.
          await sweep(
            path,
            async (name) =>
              !isClaim(name) && (!isLockFile(name) || (await isWriterGone(name)) === true),
          );
          const claim = await ClaimFolder.make(path, async () => {
            const loss = await lock.loss();
            const expected = `${path} for this run alone`;
            if (loss) throw new SourceError({ subject: SUBJECT, expected, ...loss });
          });
          return openStore(SUBJECT, filesIn(path, lock, claim));
        } catch (error) {
          await lock.release();
          throw error;
        }
      }),
  };
}

function filesIn(location: string, lock: FolderLock, claim: ClaimFolder): CheckpointFiles {
  const at = (name: string): string => join(location, name);
  return {
    location,
    async list() {
      const names = await readdir(location);
      return names.filter((name) => name !== LOCK && !isTemporary(name));
    },
    read: (name) => readRegularFile(at(name)),
    write: (name, bytes) => claim.write(name, bytes),
    remove: (name) => claim.remove(name),
    rename: (name, newName) => claim.rename(name, newName),
    loss: () => lock.loss(),
    async close() {
      await claim.end();
      await lock.release();
    },
    explain: (verb, name, action) => inFolder(at(name), `can be ${verb}`, action),
  };
}

function inFolder<T>(path: string, what: string, action: () => Promise<T>): Promise<T> {
  return explainFileErrors({ subject: SUBJECT, expected: `that ${path} ${what}` }, action);
}

import { fsync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { errorCode } from "./file-errors.ts";
import { temporaryPath } from "./temporary-files.ts";

/**
 * Writes a file so that whoever looks sees either the old file or the whole new one: to a temporary
 * file in the same folder, onto the disk, then renamed. Other processes may write the same path at
 * the same time; the last one wins with a whole file.
 */
export async function writeAtomic(path: string, data: Uint8Array | string): Promise<void> {
  const temporary = await temporaryPath(path);
  try {
    await writeNew(temporary, data);
    await rename(temporary, path);
  } catch (error) {
    // What cannot be removed either must not hide why it could not be written.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Writes a file that must not exist, so that nobody's link can be followed, onto the disk. */
export async function writeNew(path: string, data: Uint8Array | string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(data);
    await sync(file);
  } finally {
    await file.close();
  }
}

/** Makes a rename itself last; where folders cannot be synced (Windows), the system sees to it. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await sync(handle);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!["EISDIR", "EPERM", "EACCES", "EINVAL"].includes(errorCode(error))) throw error;
  }
}

const fsyncOf = promisify(fsync);

/** Puts a file onto the disk. Not by its own method, which throws under Yarn's Plug'n'Play. */
export function sync(file: FileHandle): Promise<void> {
  return fsyncOf(file.fd);
}

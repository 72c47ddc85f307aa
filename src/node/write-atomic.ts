import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Names of files that are being written, so that leftovers of a crash can be told from data. */
const TEMPORARY = /^\.cifar-kit-.*\.tmp$/;

/** Whether a file name is one that {@link writeAtomic} gives a file it has not finished. */
export function isTemporary(fileName: string): boolean {
  return TEMPORARY.test(fileName);
}

/**
 * Writes a file so that whoever looks sees either the old file or the whole new one: to a temporary
 * file in the same folder, onto the disk, then renamed. Other processes may write the same path at
 * the same time; the last one wins with a whole file.
 */
export async function writeAtomic(path: string, data: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.cifar-kit-${basename(path)}-${randomUUID()}.tmp`);
  try {
    // "wx": the file must not exist, so that nobody's link can be followed.
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    // What cannot be removed either must not hide why it could not be written.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}

/** Makes the rename itself last; where folders cannot be synced (Windows), the system sees to it. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!["EISDIR", "EPERM", "EACCES", "EINVAL"].includes(errorCode(error))) throw error;
  }
}

/** The code of a system error, e.g. `"ENOENT"`; empty for other errors. */
export function errorCode(error: unknown): string {
  const code = (error as Partial<NodeJS.ErrnoException> | null | undefined)?.code;
  return typeof code === "string" ? code : "";
}

import { setTimeout as sleep } from "node:timers/promises";
import { SourceError } from "../../errors.ts";
import { FolderLock } from "../../node/folder-lock.ts";

/** Between two looks. */
const WAIT_MS = 50;

/** Claims a folder for this process as soon as nobody else has it; gives nothing if it is told to stop first. */
export async function waitForFolder(
  folder: string,
  signal: AbortSignal,
): Promise<FolderLock | undefined> {
  while (!signal.aborted) {
    try {
      return await FolderLock.take("localProcesses", folder);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    }
    await sleep(WAIT_MS);
  }
  return undefined;
}

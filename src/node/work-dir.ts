import { mkdtemp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "./make-folder.ts";
import { sweepLeftovers, temporaryStem } from "./temporary-files.ts";

/**
 * Does something with a new folder in the cache, for one download, which is removed afterwards; also
 * clears away what crashed ones left there, where it may. The cache is created if it is not there.
 */
export async function inWorkDir<T>(
  cacheDir: string,
  action: (workDir: string) => Promise<T>,
): Promise<T> {
  await makeFolder(cacheDir);
  const workDir = await mkdtemp(join(cacheDir, `${await temporaryStem("fetch")}-`));
  try {
    await sweepLeftovers(cacheDir, (await stat(workDir)).mtimeMs);
    return await action(workDir);
  } finally {
    // What cannot be removed is swept later.
    await rm(workDir, { recursive: true, force: true }).catch(() => undefined);
  }
}

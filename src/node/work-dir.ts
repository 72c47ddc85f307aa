import { mkdtemp, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "./make-folder.ts";
import { sweepLeftovers, temporaryStem } from "./temporary-files.ts";

/**
 * A new folder in the cache for one download; also clears away what crashed ones left there, where
 * it may. The cache is created if it is not there; other errors of the file system are thrown as
 * they are.
 */
export async function createWorkDir(cacheDir: string): Promise<string> {
  await makeFolder(cacheDir);
  const workDir = await mkdtemp(join(cacheDir, `${await temporaryStem("fetch")}-`));
  await sweepLeftovers(cacheDir, (await stat(workDir)).mtimeMs);
  return workDir;
}

import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "./make-folder.ts";
import { isTemporary } from "./write-atomic.ts";

const WORK_DIR_PREFIX = ".cifar-kit-fetch-";
const LEFTOVER_AGE_MS = 24 * 60 * 60 * 1000;

/**
 * A new folder in the cache for one download; also clears away what crashed ones left there, where
 * it may. The cache is created if it is not there; other errors of the file system are thrown as
 * they are.
 */
export async function createWorkDir(cacheDir: string): Promise<string> {
  await makeFolder(cacheDir);
  for (const name of await readdir(cacheDir)) {
    if (!name.startsWith(WORK_DIR_PREFIX) && !isTemporary(name)) continue;
    const path = join(cacheDir, name);
    const modified = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now();
    // A younger one may belong to a process that is at work; another user's may have to stay.
    if (Date.now() - modified > LEFTOVER_AGE_MS) {
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }
  return mkdtemp(join(cacheDir, WORK_DIR_PREFIX));
}

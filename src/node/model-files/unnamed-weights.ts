import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCode } from "../file-errors.ts";
import { readRegularFile } from "../read-regular-file.ts";
import { temporaryPath, unfinished } from "../temporary-files.ts";
import { writeNew } from "../write-atomic.ts";

/**
 * Removes weights beside a model file that no file names: those of earlier models, and of saves that
 * were killed. What a save that may be going on is about to need stays.
 * @param prefix what stands before `weights` in the names of this model's weights.
 * @param also another name for them, which the earlier model's may have had.
 */
export async function removeUnnamedWeights(
  file: string,
  prefix: string,
  also?: string,
): Promise<void> {
  const folder = dirname(file);
  const candidates = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => name === also || isWeights(name, prefix));
  if ((await unnamed(file, await candidates())).length === 0) return;
  // From here on, saves that begin avoid the names that are there; those that began are seen below.
  const sign = await temporaryPath(file);
  try {
    await writeNew(sign, "");
    for (const name of await unnamed(file, await candidates())) {
      await rm(join(folder, name), { force: true });
    }
  } finally {
    await rm(sign, { force: true });
  }
}

function isWeights(name: string, prefix: string): boolean {
  if (!name.startsWith(prefix)) return false;
  return /^weights\.[0-9a-f]{16}(-[0-9a-f]{8})?\.bin$/.test(name.slice(prefix.length));
}

/** Those of the names that stand in no model file, finished or not. */
async function unnamed(file: string, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const folder = dirname(file);
  const inFolder = await readdir(folder);
  const own = basename(file);
  const finished = inFolder.filter((name) => name.endsWith(".json"));
  const named = new Set<string>();
  // Unfinished ones first: one that is finished meanwhile is found under its new name.
  for (const modelFile of new Set([...(await unfinished(inFolder, own)), ...finished, own])) {
    const text = await readIfThere(join(folder, modelFile));
    for (const name of names) if (text.includes(name)) named.add(name);
  }
  return names.filter((name) => !named.has(name));
}

/** The text of a file; empty if there is none. */
export async function readIfThere(path: string): Promise<string> {
  try {
    return (await readRegularFile(path)).toString();
  } catch (error) {
    // Renamed or removed since, or no file: then it names nothing.
    if (["ENOENT", "EISDIR", "ENOTFILE", "ENXIO"].includes(errorCode(error))) return "";
    throw error;
  }
}

import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "./file-errors.ts";

/**
 * Makes a folder and the missing ones above it; one that is there already is left as it is. Instead of
 * Node's `recursive` option, which never comes back where no folder can be made, as in /proc.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const parent = dirname(path);
    if (errorCode(error) === "ENOENT" && parent !== path) {
      await makeFolder(parent);
      await makeLast(path);
    } else if (!(await isFolder(path))) throw error;
  }
}

/** Makes a folder below one that is there. */
async function makeLast(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    // Another process may have been quicker.
    if (!(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

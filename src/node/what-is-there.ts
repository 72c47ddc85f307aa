import { readdir, stat } from "node:fs/promises";
import { messageOf } from "../text/describe.ts";
import { listed } from "../text/listed.ts";
import { errorCode } from "./file-errors.ts";

/** What there is in a folder instead of a file that could not be read. */
export async function whatIsThere(folder: string, cause: unknown): Promise<string> {
  if (errorCode(cause) !== "ENOENT") {
    return (await isFile(folder)) ? "a file, not a folder" : messageOf(cause);
  }
  try {
    const names = (await readdir(folder)).sort();
    return names.length === 0 ? "an empty folder" : `a folder with ${listed(names, 8)}`;
  } catch {
    return "no such folder";
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

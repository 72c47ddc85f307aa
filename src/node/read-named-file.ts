import { readdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { ErrorParts } from "../errors.ts";
import { messageOf } from "../text/describe.ts";
import { listed } from "../text/listed.ts";
import { errorCode, explainFileErrors } from "./file-errors.ts";
import { readRegularFile } from "./read-regular-file.ts";

/**
 * The bytes of a file that a user has named.
 * @throws {SourceError} that says what there is in its folder instead.
 */
export function readNamedFile(
  path: string,
  told: Pick<ErrorParts, "subject" | "expected" | "remedy">,
): Promise<Buffer> {
  return explainFileErrors(
    told,
    () => readRegularFile(path),
    (cause) => whatIsThere(dirname(path), cause),
  );
}

async function whatIsThere(folder: string, cause: unknown): Promise<string> {
  if (errorCode(cause) !== "ENOENT") {
    const isFile = (await stat(folder).catch(() => undefined))?.isFile();
    return isFile ? "a file, not a folder" : messageOf(cause);
  }
  try {
    const names = (await readdir(folder)).sort();
    return names.length === 0 ? "an empty folder" : `a folder with ${listed(names, 8)}`;
  } catch {
    return "no such folder";
  }
}

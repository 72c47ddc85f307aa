import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { check, describe } from "../checks.ts";
import { explainFileErrors } from "./file-errors.ts";
import { makeFolder } from "./make-folder.ts";
import { checkPath } from "./path.ts";
import { sweepLeftovers } from "./temporary-files.ts";
import { writeAtomic } from "./write-atomic.ts";

/**
 * Writes a file that appears whole or not at all, e.g. weights of `saveWeights`: whatever interrupts
 * it, and however many processes write it, there is the earlier file or the new one, on the disk when
 * this resolves. Folders of the path are made; what writers that were killed left in the folder of
 * the file is removed.
 * @param path where to write, e.g. `"runs/model.safetensors"`.
 * @param data bytes, or text that is written as UTF-8.
 * @throws {ArgumentError} if `path` is no path, or `data` neither bytes nor text.
 * @throws {SourceError} if the file or its folder cannot be written.
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  const subject = "writeFileAtomic";
  check(
    typeof data === "string" || data instanceof Uint8Array,
    subject,
    "bytes or text",
    describe(data),
    "pass e.g. what saveWeights() gives",
  );
  await writeWhole(subject, path, () => Promise.resolve(data));
}

/** The same for other doors. Makes the data before it touches the file. */
export async function writeWhole(
  subject: string,
  path: string,
  make: () => Promise<Uint8Array | string>,
): Promise<void> {
  checkPath(subject, path, "a path", "pass the file to write");
  const data = await make();
  await explainFileErrors({ subject, expected: `${path} to be writable` }, async () => {
    await makeFolder(dirname(path));
    await writeAtomic(path, data);
    await sweepLeftovers(dirname(path), (await stat(path)).mtimeMs);
  });
}

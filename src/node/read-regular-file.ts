import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/**
 * Opens a file for reading. Anything else of that name is refused at once: a named pipe would wait
 * for a writer for ever, and a device may have no end.
 * @returns the file; the caller closes it.
 * @throws {Error} of the file system, or with the code `"ENOTFILE"`.
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  // Without O_NONBLOCK even opening a pipe waits; Windows has neither.
  const flags = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);
  const file = await open(path, flags);
  try {
    const found = await file.stat();
    if (found.isDirectory()) throw notAFile("EISDIR", path, "a folder");
    if (!found.isFile()) throw notAFile("ENOTFILE", path, "a pipe, a socket or a device");
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The bytes of a file; of anything else as {@link openRegularFile}. */
export async function readRegularFile(path: string): Promise<Buffer> {
  const file = await openRegularFile(path);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function notAFile(code: string, path: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${path} is ${what}, not a file`), { code });
}

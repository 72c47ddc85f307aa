import { constants } from "node:fs";
import { open } from "node:fs/promises";

/**
 * The bytes of a file. Anything else of that name is refused at once: reading a named pipe would
 * wait for a writer for ever, and a device may have no end.
 * @throws {Error} of the file system, or with the code `"ENOTFILE"`.
 */
export async function readRegularFile(path: string): Promise<Buffer> {
  // Without O_NONBLOCK even opening a pipe waits; Windows has neither.
  const flags = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);
  const file = await open(path, flags);
  try {
    const found = await file.stat();
    if (found.isDirectory()) throw notAFile("EISDIR", path, "a folder");
    if (!found.isFile()) throw notAFile("ENOTFILE", path, "a pipe, a socket or a device");
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function notAFile(code: string, path: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${path} is ${what}, not a file`), { code });
}

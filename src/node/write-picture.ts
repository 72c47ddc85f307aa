import { checkPath, writeWhole } from "./write-file-atomic.ts";

/**
 * Draws a picture, then writes it, so that a failure leaves the file as it was.
 * @throws {ArgumentError} if `path` is not a path.
 * @throws {SourceError} if the file or its folder cannot be written.
 */
export async function writePicture(
  subject: string,
  path: string,
  draw: () => Promise<string | Uint8Array>,
): Promise<void> {
  checkPath(subject, path);
  await writeWhole(subject, path, await draw());
}

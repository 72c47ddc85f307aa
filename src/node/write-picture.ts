import { dirname } from "node:path";
import { check, describe } from "../checks.ts";
import { messageOf } from "../describe.ts";
import { SourceError } from "../errors.ts";
import { makeFolder } from "./make-folder.ts";
import { writeAtomic } from "./write-atomic.ts";

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
  check(
    typeof path === "string" && path !== "",
    subject,
    "a path",
    describe(path),
    "pass the file to write",
  );
  const content = await draw();
  try {
    await makeFolder(dirname(path));
    await writeAtomic(path, content);
  } catch (cause) {
    throw new SourceError({
      subject,
      expected: `${path} to be writable`,
      got: messageOf(cause),
      remedy: "choose a path in a folder that you may write to",
      cause,
    });
  }
}

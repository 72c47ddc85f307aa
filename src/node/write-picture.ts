import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { check, describe } from "../checks.ts";
import { SourceError } from "../errors.ts";

/**
 * Draws a picture and writes it beside its final place first, so that no reader ever finds half a
 * file and a failure leaves the old one.
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
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new SourceError({
      subject,
      expected: `${path} to be writable`,
      got: cause instanceof Error ? cause.message : String(cause),
      remedy: "choose a path in a folder that you may write to",
      cause,
    });
  }
}

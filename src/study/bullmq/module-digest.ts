import { readFile } from "node:fs/promises";
import { sha256 } from "../../bytes/sha256.ts";
import { explainFileErrors } from "../../node/file-errors.ts";

/** The SHA-256 of a trial's module, by which program and workers see that they mean the same. */
export async function moduleDigest(subject: string, trial: URL): Promise<string> {
  const file = {
    subject,
    expected: `${trial.href} to be readable`,
    remedy: "name the module's file",
  };
  return explainFileErrors(file, async () => sha256(await readFile(trial)));
}

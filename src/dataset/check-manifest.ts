import { check, checkInteger, checkOptions, describe, isListOf, isText } from "../checks.ts";
import type { RecordFile } from "./manifest.ts";

/** Throws unless a manifest has these fields only, and a name and class names of text. */
export function checkManifest(
  subject: string,
  manifest: { readonly name: string; readonly classNames: readonly string[] },
  fields: readonly string[],
): void {
  checkOptions(subject, manifest, fields);
  checkName(subject, "the name of the manifest", manifest.name);
  const classNames: unknown = manifest.classNames;
  check(
    isListOf(classNames, isText) && classNames.length > 0,
    subject,
    `class names in the manifest ${manifest.name}`,
    describe(classNames),
    "give every class one name",
  );
}

/** Throws unless a manifest describes a file so that it can be asked for and verified. */
export function checkFile(subject: string, manifest: string, file: RecordFile): void {
  checkOptions(subject, file, ["name", "bytes", "sha256"]);
  const { name, bytes, sha256 } = file;
  checkName(subject, `the name of a file in the manifest ${manifest}`, name);
  checkInteger(subject, `the bytes of ${name} in the manifest ${manifest}`, bytes, { min: 0 });
  check(
    sha256 === undefined || (typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256)),
    subject,
    `the manifest ${manifest} to give ${name} a SHA-256 of 64 lower-case hexadecimal digits`,
    describe(sha256),
    "compute it with e.g. sha256sum",
  );
}

function checkName(subject: string, what: string, name: unknown): void {
  check(
    typeof name === "string" && name !== "",
    subject,
    `${what} to be a text`,
    describe(name),
    'pass e.g. "data_batch_1.bin"',
  );
}

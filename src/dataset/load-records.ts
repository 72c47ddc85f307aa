import { allocate } from "../bytes/allocate.ts";
import { check, describe, isArray } from "../checks.ts";
import { DataError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { checkLayout } from "./check-layout.ts";
import { checkFile, checkManifest } from "./check-manifest.ts";
import { decodeRecordsInto } from "./decode-records.ts";
import { ImageSet } from "./image-set.ts";
import { recordSize, type RecordFile, type RecordManifest } from "./manifest.ts";
import { sha256 } from "../bytes/sha256.ts";

/**
 * The samples of a data set in record files: read, verified and decoded. This is the one way from
 * files to an {@link ImageSet}; size and (where the manifest has it) SHA-256 of every file are
 * checked on every call, wherever the bytes come from. Bytes that fail are asked for once more from
 * a source that can (`readAgain`).
 * @param source where the files come from.
 * @param manifest which files there must be, and what is in them.
 * @throws {ArgumentError} if `source` is no source or the manifest contradicts itself.
 * @throws {DataError} if a file is not the one of the manifest.
 * @throws {SourceError} if the source cannot deliver a file.
 */
export async function loadRecords(source: ByteSource, manifest: RecordManifest): Promise<ImageSet> {
  checkSource("loadRecords", source);
  checkRecords(manifest);
  const { files, layout, classNames } = manifest;
  const counts = files.map(({ bytes }) => bytes / recordSize(layout));
  const count = counts.reduce((sum, n) => sum + n, 0);
  const purpose = {
    subject: "loadRecords",
    what: `the ${count} images of ${manifest.name}`,
    remedy: "load it in parts, with manifests that name fewer files",
  };
  const images = allocate(Uint8Array, count * (recordSize(layout) - layout.labelBytes), purpose);
  const labels = allocate(Uint8Array, count, purpose);

  // One file after the other: only one file's raw bytes are in memory beside the result.
  let first = 0;
  for (const [i, file] of files.entries()) {
    const bytes = await readVerified(source, file);
    decodeRecordsInto(bytes, layout, { images, labels, first });
    first += counts[i];
  }
  return new ImageSet({ images, labels, imageShape: layout.imageShape, classNames });
}

/** The bytes of a file, once they are known to be the right ones. */
export async function readVerified(source: ByteSource, file: RecordFile): Promise<Uint8Array> {
  const bytes = await source.read(file.name);
  const error = await findDamage(bytes, file);
  if (!error) return bytes;
  if (!source.readAgain) throw error;
  const fresh = await source.readAgain(file.name, error);
  const again = await findDamage(fresh, file);
  if (again) throw again;
  return fresh;
}

/** What is wrong with the bytes that claim to be `file`; `undefined` if they are that file. */
export async function findDamage(
  bytes: Uint8Array,
  { name, bytes: size, sha256: hash }: RecordFile,
): Promise<DataError | undefined> {
  const subject = "loadRecords";
  const remedy = "the file is damaged or another version: delete it and get it again";
  if (!(bytes instanceof Uint8Array)) {
    return new DataError({
      subject,
      expected: `the source to deliver ${name} as a Uint8Array`,
      got: describe(bytes),
      remedy: "let the source's read return the file's bytes",
    });
  }
  if (bytes.length !== size) {
    const got = `${bytes.length}`;
    return new DataError({ subject, expected: `${size} bytes in ${name}`, got, remedy });
  }
  if (hash === undefined) return undefined;
  const actual = await sha256(bytes);
  if (actual === hash) return undefined;
  return new DataError({ subject, expected: `SHA-256 ${hash} of ${name}`, got: actual, remedy });
}

/** Throws unless `source` looks like a {@link ByteSource}. */
export function checkSource(subject: string, source: unknown): asserts source is ByteSource {
  check(
    typeof (source as Partial<ByteSource> | null | undefined)?.read === "function",
    subject,
    "a source with a read(fileName) method",
    describe(source),
    "pass e.g. cifar10Source() or folderSource(path) from cifar-kit/node",
  );
}

function checkRecords(manifest: RecordManifest): void {
  const subject = "loadRecords";
  checkManifest(subject, manifest, ["name", "files", "layout", "classNames"]);
  const { name, files, layout, classNames } = manifest;
  check(
    isArray(files) && files.length > 0,
    subject,
    "a manifest with a list of files, at least one",
    describe(files),
    "pass { name, files: [{ name, bytes, sha256 }], layout, classNames }",
  );
  checkLayout(subject, layout);
  const size = recordSize(layout);
  check(
    classNames.length === layout.numClasses,
    subject,
    `${layout.numClasses} class names in the manifest ${name}`,
    `${classNames.length}`,
    "give every class one name",
  );
  for (const file of files as readonly RecordFile[]) {
    checkFile(subject, name, file);
    check(
      Number.isSafeInteger(file.bytes / size),
      subject,
      `the manifest ${name} to give ${file.name} a multiple of ${size} bytes`,
      `${file.bytes}`,
      "correct the size or the layout",
    );
  }
}

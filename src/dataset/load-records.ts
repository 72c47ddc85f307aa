import { allocate } from "../bytes/allocate.ts";
import { sha256 } from "../bytes/sha256.ts";
import { check, describe } from "../checks.ts";
import { DataError } from "../errors.ts";
import { readOptions } from "../options.ts";
import { type ByteSource, checkSource } from "./byte-source.ts";
import { decodeRecordsInto } from "./decode-records.ts";
import { ImageSet } from "./image-set.ts";
import {
  classList,
  fileName,
  type RecordFile,
  recordFiles,
  recordLayout,
  type RecordManifest,
  recordSize,
} from "./manifest.ts";

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
  const subject = "loadRecords";
  checkSource(subject, source);
  const { name, files, layout, ...rest } = readManifest(subject, manifest);
  const counts = files.map(({ bytes }) => bytes / recordSize(layout));
  const count = counts.reduce((sum, n) => sum + n, 0);
  const purpose = {
    subject,
    what: `the ${count} images of ${name}`,
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
  return new ImageSet({ images, labels, imageShape: layout.imageShape, ...rest });
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

/** The manifest, if it says without a contradiction what there must be. */
function readManifest(subject: string, manifest: RecordManifest): RecordManifest {
  const settled = readOptions(subject, manifest, {
    name: fileName(),
    files: recordFiles(),
    layout: recordLayout(),
    classNames: classList(),
  });
  const { name, files, layout } = settled;
  check(
    settled.classNames.length === layout.numClasses,
    subject,
    `${layout.numClasses} class names in the manifest ${name}`,
    `${settled.classNames.length}`,
    "give every class one name",
  );
  const size = recordSize(layout);
  for (const { name: file, bytes } of files) {
    check(
      bytes % size === 0,
      subject,
      `the manifest ${name} to give ${file} a multiple of ${size} bytes`,
      `${bytes}`,
      "correct the size or the layout",
    );
  }
  return settled;
}

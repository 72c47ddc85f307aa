import { allocate } from "../bytes/allocate.ts";
import { check } from "../checks.ts";
import { readOptions } from "../options.ts";
import { type ByteSource, checkSource, readVerified } from "./byte-source.ts";
import { decodeRecordsInto } from "./decode-records.ts";
import { ImageSet } from "./image-set.ts";
import {
  classList,
  fileName,
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

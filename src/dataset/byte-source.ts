import { check, describe } from "../checks.ts";
import type { RecordFile } from "./manifest.ts";

/**
 * Where a data set's files come from: a folder, a cache, a URL, an archive. A source only delivers
 * bytes; whoever loads from it verifies them, so no source has to be trusted.
 */
export interface ByteSource {
  /**
   * The bytes of one file, by its official name, e.g. `"data_batch_1.bin"`.
   * @throws {SourceError} if the file cannot be had.
   */
  read(fileName: string): Promise<Uint8Array>;
  /**
   * Called when the bytes of the last `read` failed verification: forget them, and fetch them anew.
   * A source that has no second copy to go to leaves this method out.
   * @param reason what was wrong with the bytes.
   */
  readAgain?(fileName: string, reason: Error): Promise<Uint8Array>;
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

/**
 * The entry of a file that a source is asked for.
 * @throws {ArgumentError} if it is none of those that there are.
 */
export function fileNamed(subject: string, files: readonly RecordFile[], name: string): RecordFile {
  const file = files.find((candidate) => candidate.name === name);
  check(
    file !== undefined,
    subject,
    `one of the files ${files.map((known) => known.name).join(", ")}`,
    describe(name),
    "ask for one of these, or take the source of the data set that you load",
  );
  return file;
}

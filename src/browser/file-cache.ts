import type { RecordFile } from "../dataset/manifest.ts";
import { explainStorageErrors, openFiles } from "./storage/open-files.ts";
import type { StoredFiles } from "./storage/stored-files.ts";

const SUBJECT = "httpSource";

/**
 * Verified files of data sets, kept in the browser. Names hold the hash, so that data sets with
 * files of one name do not get in each other's way; a file without a hash is not kept. A cache that
 * does not work is no reason to do without the data: its problems are told and otherwise ignored.
 */
export class FileCache {
  readonly #onProblem: (problem: Error) => void;
  #files: Promise<StoredFiles> | undefined;

  constructor(onProblem: (problem: Error) => void) {
    this.#onProblem = onProblem;
  }

  async read(file: RecordFile): Promise<Uint8Array | undefined> {
    return this.#tolerant(file, "read", (files, name) => files.read(name));
  }

  async write(file: RecordFile, bytes: Uint8Array): Promise<void> {
    await this.#tolerant(file, "keep", (files, name) => files.write(name, bytes));
  }

  async remove(file: RecordFile): Promise<void> {
    await this.#tolerant(file, "remove", (files, name) => files.remove(name));
  }

  async #tolerant<T>(
    { name, sha256 }: RecordFile,
    verb: string,
    action: (files: StoredFiles, name: string) => Promise<T>,
  ): Promise<T | undefined> {
    if (sha256 === undefined) return undefined;
    try {
      this.#files ??= openFiles(SUBJECT, ["data"]);
      const files = await this.#files;
      return await explainStorageErrors(SUBJECT, `${files.location} to ${verb} ${name}`, () =>
        action(files, `${sha256.slice(0, 16)}-${name}`),
      );
    } catch (problem) {
      this.#files = undefined;
      this.#onProblem(problem as Error);
      return undefined;
    }
  }
}

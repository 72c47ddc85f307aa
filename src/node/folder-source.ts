import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { check, describe } from "../checks.ts";
import type { ByteSource } from "../dataset/byte-source.ts";
import { messageOf } from "../describe.ts";
import { SourceError } from "../errors.ts";
import { listed } from "../listed.ts";
import { errorCode } from "./error-code.ts";
import { readingRemedy } from "./file-remedies.ts";
import { readRegularFile } from "./read-regular-file.ts";

/**
 * The files of a folder that you provide, e.g. the unpacked `cifar-10-batches-bin` with
 * `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`. Only reads; nothing is downloaded.
 * @param path of the folder.
 * @throws {SourceError} from `read`, if the folder or a file in it is missing or cannot be read.
 */
export function folderSource(path: string): ByteSource {
  check(
    typeof path === "string" && path !== "",
    "folderSource",
    "the path of a folder",
    describe(path),
    'pass e.g. "data/cifar-10-batches-bin"',
  );
  return {
    async read(fileName) {
      try {
        return await readRegularFile(join(path, fileName));
      } catch (cause) {
        throw new SourceError({
          subject: "folderSource",
          expected: `the file ${fileName} in the folder ${path}`,
          got: await explain(path, cause),
          remedy: readingRemedy(
            cause,
            "name the folder that holds the data set's files, e.g. the unpacked " +
              "cifar-10-binary.tar.gz; cifar10Source() and cifar100Source() fetch theirs",
          ),
          cause,
        });
      }
    },
  };
}

/** What there is instead of the file. */
async function explain(path: string, cause: unknown): Promise<string> {
  if (errorCode(cause) !== "ENOENT") {
    return (await isFile(path)) ? "a file, not a folder" : messageOf(cause);
  }
  try {
    const names = (await readdir(path)).sort();
    if (names.length === 0) return "an empty folder";
    return `a folder with ${listed(names, 8)}`;
  } catch {
    return "no such folder";
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

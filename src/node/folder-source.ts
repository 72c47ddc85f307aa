import { join } from "node:path";
import { check, describe } from "../checks.ts";
import type { ByteSource } from "../dataset/byte-source.ts";
import { SourceError } from "../errors.ts";
import { readingRemedy } from "./file-remedies.ts";
import { isPath } from "./is-path.ts";
import { readRegularFile } from "./read-regular-file.ts";
import { whatIsThere } from "./what-is-there.ts";

/**
 * The files of a folder that you provide, e.g. the unpacked `cifar-10-batches-bin` with
 * `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`. Only reads; nothing is downloaded.
 * @param path of the folder.
 * @throws {SourceError} from `read`, if the folder or a file in it is missing or cannot be read.
 */
export function folderSource(path: string): ByteSource {
  check(
    isPath(path),
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
          got: await whatIsThere(path, cause),
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

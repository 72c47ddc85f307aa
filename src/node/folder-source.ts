import { join } from "node:path";
import type { ByteSource } from "../dataset/byte-source.ts";
import { checkPath } from "./path.ts";
import { readNamedFile } from "./read-named-file.ts";

/**
 * The files of a folder that you provide, e.g. the unpacked `cifar-10-batches-bin` with
 * `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`. Only reads; nothing is downloaded.
 * @param path of the folder.
 * @throws {SourceError} from `read`, if the folder or a file in it is missing or cannot be read.
 */
export function folderSource(path: string): ByteSource {
  const subject = "folderSource";
  checkPath(subject, path, "the path of a folder", 'pass e.g. "data/cifar-10-batches-bin"');
  return {
    read: (fileName) =>
      readNamedFile(join(path, fileName), {
        subject,
        expected: `the file ${fileName} in the folder ${path}`,
        remedy:
          "name the folder that holds the data set's files, e.g. the unpacked " +
          "cifar-10-binary.tar.gz; cifar10Source() and cifar100Source() fetch theirs",
      }),
  };
}

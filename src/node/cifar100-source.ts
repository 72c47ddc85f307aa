import type { ByteSource } from "../dataset/byte-source.ts";
import { CIFAR100_MANIFESTS } from "../dataset/cifar100.ts";
import { callback, readOptions } from "../options.ts";
import type { Archive } from "./archive.ts";
import { archiveSource } from "./archive-source.ts";
import { cacheDirOption } from "./cache-dir.ts";
import { type DownloadProgress, printProgress, printWarning } from "./download-progress.ts";

/** Options of {@link cifar100Source}. */
export interface Cifar100SourceOptions {
  /** Where the archive is kept; default as for `cifar10Source`. */
  readonly cacheDir?: string;
  /** Called during a download. Default: a bar on stderr if that is a terminal, otherwise lines. */
  readonly onProgress?: (progress: DownloadProgress) => unknown;
}

/** The size and SHA-256 are those that TensorFlow Datasets, MLDatasets.jl and torch-rb all pin. */
export const CIFAR100_ARCHIVE: Archive = {
  url: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
  name: "cifar-100-binary.tar.gz",
  bytes: 168_513_733,
  sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
  folder: "cifar-100-binary/",
  files: [...CIFAR100_MANIFESTS.fine.train.files, ...CIFAR100_MANIFESTS.fine.test.files],
};

/**
 * CIFAR-100's official binary files from its authors' archive (169 MB), which is kept in a local
 * cache and downloaded on first use, or put there by hand. Pass it to `loadCifar100`. The archive's
 * SHA-256 is checked on every load; a damaged one is deleted and fetched again.
 * @throws {SourceError} from `read`, if the archive cannot be fetched or the cache cannot be written.
 * @throws {DataError} from `read`, if what came is not the archive.
 */
export function cifar100Source(options: Cifar100SourceOptions = {}): ByteSource {
  const subject = "cifar100Source";
  const settings = readOptions(subject, options, {
    cacheDir: cacheDirOption(),
    onProgress: callback(printProgress(process.stderr, "CIFAR-100")),
  });
  return archiveSource(CIFAR100_ARCHIVE, { subject, ...settings, warn: printWarning });
}

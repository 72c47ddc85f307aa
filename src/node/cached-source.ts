import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type ByteSource, fileNamed } from "../dataset/byte-source.ts";
import { findDamage } from "../dataset/load-records.ts";
import type { RecordFile } from "../dataset/manifest.ts";
import { CifarKitError, SourceError } from "../errors.ts";
import { Listener } from "../runtime/listener.ts";
import { inCache } from "./cache-dir.ts";
import type { DownloadProgress } from "./download-progress.ts";
import type { Fetcher } from "./fetchers.ts";
import { errorCode } from "./file-errors.ts";
import { readRegularFile } from "./read-regular-file.ts";
import { sweepLeftovers } from "./temporary-files.ts";
import { inWorkDir } from "./work-dir.ts";
import { writeAtomic } from "./write-atomic.ts";

/** Options of {@link cachedSource}. */
interface CachedSourceOptions {
  readonly cacheDir: string;
  /** The files that the data set consists of. */
  readonly files: readonly RecordFile[];
  /** Where to fetch them, in order of preference. */
  readonly fetchers: readonly Fetcher[];
  readonly onProgress: (progress: DownloadProgress) => unknown;
  /** Told, in a sentence, what went wrong but could be mended. */
  readonly warn: (text: string) => void;
}

const SUBJECT = "cifar10Source";

/**
 * Files from a cache folder, which is filled from the network when one is missing.
 *
 * Needs no lock: each process downloads into a folder of its own and moves verified files into
 * place with atomic renames, so that several may start with one empty cache. What is read from the
 * cache is not verified here but by `loadRecords`, which asks again for what fails.
 */
export function cachedSource(options: CachedSourceOptions): ByteSource {
  const { cacheDir, files, warn } = options;
  let fetching: Promise<void> | undefined;
  let sweeping: Promise<void> | undefined;

  /** Fetches everything; calls that come meanwhile wait for the same download. */
  const fetchOnce = (): Promise<void> => {
    fetching ??= fillCache(options).finally(() => {
      fetching = undefined;
    });
    return fetching;
  };

  const readFile = async (fileName: string): Promise<Uint8Array> => {
    const path = join(cacheDir, fileNamed(SUBJECT, files, fileName).name);
    // A cache that is complete has no other occasion to lose what killed downloads left in it.
    sweeping ??= sweepLeftovers(cacheDir, Date.now());
    await sweeping;
    try {
      return await readRegularFile(path);
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    }
    await fetchOnce();
    return readRegularFile(path);
  };

  return {
    read: (fileName) => inCache(SUBJECT, cacheDir, () => readFile(fileName)),
    readAgain: (fileName, reason) =>
      inCache(SUBJECT, cacheDir, async () => {
        const path = join(cacheDir, fileName);
        warn(`${path} is damaged; deleting it and fetching it again (${reason.message})`);
        await rm(path, { force: true });
        return readFile(fileName);
      }),
  };
}

async function fillCache(options: CachedSourceOptions): Promise<void> {
  const { cacheDir, fetchers, onProgress, warn } = options;
  const listener = new Listener(onProgress);
  const failures: Error[] = [];
  for (const fetcher of fetchers) {
    try {
      await inWorkDir(cacheDir, (workDir) => fetchFiles(fetcher, workDir, options, listener));
      await listener.heard();
      return;
    } catch (error) {
      // The network's errors have become this library's; another place would mend no others.
      if (!(error instanceof CifarKitError)) throw error;
      failures.push(error);
      const next = fetchers[failures.length];
      if (next) warn(`${error.message} Trying ${next.from} instead`);
    }
  }
  if (failures.length === 1) throw failures[0];
  throw new SourceError({
    subject: SUBJECT,
    expected: `CIFAR-10 from ${fetchers.map(({ from }) => from).join(" or ")}`,
    got: `failures of all (${failures.map(({ message }) => message).join(" ")})`,
    remedy: "check the network, or pass a folderSource(path) with the unpacked official archive",
    cause: new AggregateError(failures),
  });
}

/** Downloads all files with one fetcher and moves them, each verified, into the cache. */
async function fetchFiles(
  fetcher: Fetcher,
  workDir: string,
  { cacheDir, files }: CachedSourceOptions,
  listener: Listener<DownloadProgress>,
): Promise<void> {
  const { from, downloadBytes } = fetcher;
  const unpackedBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const onBytes = (bytes: number): void => {
    listener.tell({ phase: "download", from, bytes, totalBytes: downloadBytes, cacheDir });
  };
  const onUnpacked = (bytes: number): void => {
    listener.tell({ phase: "unpack", from, bytes, totalBytes: unpackedBytes, cacheDir });
  };
  let unpacked = 0;
  for await (const { name, bytes } of fetcher.fetch({ workDir, onBytes })) {
    const file = files.find((candidate) => candidate.name === name);
    if (!file) continue;
    const damage = await findDamage(bytes, file);
    if (damage) throw damage;
    if (unpacked === 0) onUnpacked(0);
    await writeAtomic(join(cacheDir, name), bytes);
    unpacked += bytes.length;
    onUnpacked(unpacked);
  }
}

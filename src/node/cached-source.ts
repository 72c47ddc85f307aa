import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ByteSource } from "../dataset/byte-source.ts";
import { findDamage } from "../dataset/load-records.ts";
import type { RecordFile } from "../dataset/manifest.ts";
import { ArgumentError, CifarKitError, SourceError } from "../errors.ts";
import { Listener } from "../runtime/listener.ts";
import type { DownloadProgress } from "./download-progress.ts";
import { errorCode } from "./error-code.ts";
import type { Fetcher } from "./fetchers.ts";
import { readRegularFile } from "./read-regular-file.ts";
import { sweepLeftovers } from "./temporary-files.ts";
import { createWorkDir } from "./work-dir.ts";
import { writeAtomic } from "./write-atomic.ts";

/** Options of {@link cachedSource}. */
export interface CachedSourceOptions {
  readonly cacheDir: string;
  /** The files that the data set consists of. */
  readonly files: readonly RecordFile[];
  /** Where to fetch them, in order of preference. */
  readonly fetchers: readonly Fetcher[];
  readonly onProgress: (progress: DownloadProgress) => unknown;
  /** Told, in a sentence, what went wrong but could be mended. */
  readonly warn: (text: string) => void;
}

/** A cache folder, or the disk below it, that cannot be used: no other fetcher would help. */
class CacheError extends SourceError {}

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

  const read = async (fileName: string): Promise<Uint8Array> => {
    if (!files.some(({ name }) => name === fileName)) {
      throw new ArgumentError({
        subject: "cifar10Source",
        expected: `one of the files ${files.map(({ name }) => name).join(", ")}`,
        got: JSON.stringify(fileName),
        remedy: "ask for one of these, or take the source of the data set that you load",
      });
    }
    const path = join(cacheDir, fileName);
    // A cache that is complete has no other occasion to lose what killed downloads left in it.
    sweeping ??= sweepLeftovers(cacheDir, Date.now());
    await sweeping;
    try {
      return await readRegularFile(path);
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw unusable(cacheDir, "a readable cache", error);
    }
    await fetchOnce();
    try {
      return await readRegularFile(path);
    } catch (error) {
      throw unusable(cacheDir, "a cache that keeps what is written", error);
    }
  };

  return {
    read,
    async readAgain(fileName, reason) {
      const path = join(cacheDir, fileName);
      warn(`${path} is damaged; deleting it and fetching it again (${reason.message})`);
      try {
        await rm(path, { force: true });
      } catch (error) {
        throw unusable(cacheDir, "a writable cache", error);
      }
      return read(fileName);
    },
  };
}

async function fillCache({
  cacheDir,
  files,
  fetchers,
  onProgress,
  warn,
}: CachedSourceOptions): Promise<void> {
  const listener = new Listener(onProgress);
  const failures: Error[] = [];
  for (const fetcher of fetchers) {
    const workDir = await createWorkDir(cacheDir).catch((error: unknown) => {
      throw unusable(cacheDir, "a writable cache", error);
    });
    const report = (phase: DownloadProgress["phase"], bytes: number, totalBytes: number): void => {
      listener.tell({ phase, from: fetcher.from, bytes, totalBytes, cacheDir });
    };
    try {
      await fetchFiles(fetcher, { workDir, cacheDir, files, report });
      await listener.heard();
      return;
    } catch (error) {
      // Only the system's errors have a code; the network's have become this library's.
      if (errorCode(error) !== "")
        throw unusable(cacheDir, "a cache that can be read and written", error);
      if (!(error instanceof CifarKitError) || error instanceof CacheError) throw error;
      failures.push(error);
      const next = fetchers[failures.length];
      if (next) warn(`${error.message} Trying ${next.from} instead`);
    } finally {
      // What cannot be removed is swept later.
      await rm(workDir, { recursive: true, force: true }).catch(() => undefined);
    }
  }
  if (failures.length === 1) throw failures[0];
  throw new SourceError({
    subject: "cifar10Source",
    expected: `CIFAR-10 from ${fetchers.map(({ from }) => from).join(" or ")}`,
    got: `failures of all (${failures.map(({ message }) => message).join(" ")})`,
    remedy: "check the network, or pass a folderSource(path) with the unpacked official archive",
    cause: new AggregateError(failures),
  });
}

interface FetchTarget {
  readonly workDir: string;
  readonly cacheDir: string;
  readonly files: readonly RecordFile[];
  readonly report: (phase: DownloadProgress["phase"], bytes: number, totalBytes: number) => void;
}

/** Downloads all files with one fetcher and moves them, each verified, into the cache. */
async function fetchFiles(
  fetcher: Fetcher,
  { workDir, cacheDir, files, report }: FetchTarget,
): Promise<void> {
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let unpacked = 0;
  const onBytes = (bytes: number): void => {
    report("download", bytes, fetcher.downloadBytes);
  };
  for await (const { name, bytes } of fetcher.fetch({ workDir, onBytes })) {
    const file = files.find((candidate) => candidate.name === name);
    if (!file) continue;
    const damage = await findDamage(bytes, file);
    if (damage) throw damage;
    if (unpacked === 0) report("unpack", 0, totalBytes);
    try {
      await writeAtomic(join(cacheDir, name), bytes);
    } catch (error) {
      throw unusable(cacheDir, "a writable cache", error);
    }
    unpacked += bytes.length;
    report("unpack", unpacked, totalBytes);
  }
}

function unusable(cacheDir: string, expected: string, cause: unknown): CacheError {
  return new CacheError({
    subject: "cifar10Source",
    expected: `${expected} in ${cacheDir}`,
    got: (cause as Error).message,
    remedy:
      "choose another folder with the environment variable CIFAR_KIT_CACHE or the option cacheDir",
    cause,
  });
}

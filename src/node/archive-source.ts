import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ByteSource } from "../dataset/byte-source.ts";
import type { RecordFile } from "../dataset/manifest.ts";
import { ArgumentError, CifarKitError, DataError, SourceError } from "../errors.ts";
import { Listener } from "../runtime/listener.ts";
import { downloadFile, type DownloadFileOptions } from "./download-file.ts";
import type { DownloadProgress } from "./download-progress.ts";
import { errorCode } from "./error-code.ts";
import { gunzipFile } from "./gunzip.ts";
import { readTar } from "./tar.ts";
import { sweepLeftovers } from "./temporary-files.ts";
import { createWorkDir } from "./work-dir.ts";

/** A `.tar.gz` file on the network, and what is in it. */
export interface Archive {
  readonly url: string;
  /** What it is called in the cache. */
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 in hexadecimal digits. */
  readonly sha256: string;
  /** What stands before the files' names in the archive. */
  readonly folder: string;
  readonly files: readonly RecordFile[];
}

/** Options of {@link archiveSource}. */
export interface ArchiveSourceOptions {
  /** The public name to complain under. */
  readonly subject: string;
  readonly cacheDir: string;
  readonly onProgress: (progress: DownloadProgress) => unknown;
  readonly warn: (text: string) => void;
  /** How to reach the network; tests pass their own. */
  readonly network?: Pick<DownloadFileOptions, "fetch" | "idleMs" | "backoffMs">;
}

/** More than the headers and small files of an archive take beside its data. */
const ROOM_BESIDE_FILES = 1e6;

/**
 * The files of an archive that is kept, as it is, in a cache folder, and downloaded if it is not
 * there. The archive's hash is checked before every read, so that the files need none of their own.
 */
export function archiveSource(archive: Archive, options: ArchiveSourceOptions): ByteSource {
  const { subject, cacheDir, warn } = options;
  const path = join(cacheDir, archive.name);
  let fetching: Promise<void> | undefined;

  /** Makes sure that the archive is there, and is the right one. */
  const ensure = async (): Promise<void> => {
    await sweepLeftovers(cacheDir, Date.now());
    const damage = await findArchiveDamage(subject, path, archive);
    if (damage === undefined) return;
    if (damage !== "missing") warn(`deleting ${path} and fetching it again (${damage.message})`);
    await rm(path, { force: true });
    await fetchArchive(archive, options);
  };

  return {
    async read(fileName) {
      const file = archive.files.find(({ name }) => name === fileName);
      if (!file) {
        throw new ArgumentError({
          subject,
          expected: `one of the files ${archive.files.map(({ name }) => name).join(", ")}`,
          got: JSON.stringify(fileName),
          remedy: "ask for one of these, or take the source of the data set that you load",
        });
      }
      // Reads that come meanwhile wait for the same download.
      fetching ??= ensure().finally(() => {
        fetching = undefined;
      });
      const wanted = new Map([[archive.folder + fileName, file.bytes]]);
      const total = archive.files.reduce((sum, { bytes }) => sum + bytes, ROOM_BESIDE_FILES);
      try {
        await fetching;
        // To the archive's end, where its checksum is; readTar throws if it lacks what is wanted.
        let found: Uint8Array = new Uint8Array(0);
        for await (const { bytes } of readTar(gunzipFile(path, total), wanted)) found = bytes;
        return found;
      } catch (error) {
        // Only the system's errors have a code; what a callback throws is none of them.
        if (error instanceof CifarKitError || errorCode(error) === "") throw error;
        throw unusable(subject, cacheDir, error);
      }
    },
  };
}

async function fetchArchive(
  archive: Archive,
  { subject, cacheDir, onProgress, network }: ArchiveSourceOptions,
): Promise<void> {
  const workDir = await createWorkDir(cacheDir);
  const listener = new Listener(onProgress);
  try {
    const part = join(workDir, archive.name);
    const report = (bytes: number): void => {
      const totalBytes = archive.bytes;
      listener.tell({ phase: "download", from: "toronto", bytes, totalBytes, cacheDir });
    };
    report(0);
    await downloadFile(archive.url, {
      subject,
      remedy: `check the network, or put the file into ${cacheDir} by hand`,
      path: part,
      bytes: archive.bytes,
      onBytes: report,
      ...network,
    });
    const damage = await findArchiveDamage(subject, part, archive);
    if (damage instanceof DataError) throw damage;
    await rename(part, join(cacheDir, archive.name));
    await listener.heard();
  } finally {
    // What cannot be removed is swept later.
    await rm(workDir, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function findArchiveDamage(
  subject: string,
  path: string,
  { name, bytes, sha256 }: Archive,
): Promise<DataError | "missing" | undefined> {
  const damaged = (expected: string, got: string): DataError => {
    const remedy = "the download was damaged or altered on its way: try again, or another network";
    return new DataError({ subject, expected, got, remedy });
  };
  const size = (await stat(path).catch(() => undefined))?.size;
  if (size === undefined) return "missing";
  if (size !== bytes) return damaged(`${bytes} bytes in ${name}`, `${size}`);
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  const digest = hash.digest("hex");
  return digest === sha256 ? undefined : damaged(`SHA-256 ${sha256} of ${name}`, digest);
}

function unusable(subject: string, cacheDir: string, cause: unknown): SourceError {
  return new SourceError({
    subject,
    expected: `a cache that can be read and written in ${cacheDir}`,
    got: (cause as Error).message,
    remedy:
      "choose another folder with the environment variable CIFAR_KIT_CACHE or the option cacheDir",
    cause,
  });
}

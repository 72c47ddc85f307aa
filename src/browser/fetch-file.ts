import { allocate } from "../bytes/allocate.ts";
import { joinBytes } from "../bytes/bytes.ts";
import { DataError, SourceError } from "../errors.ts";
import type { FetchRequest, Patience } from "./fetch-request.ts";

/** Options of {@link fetchFile}. */
interface FetchFileOptions extends Omit<FetchRequest, "onProgress"> {
  readonly subject: string;
  /** The most bytes that the file may have. */
  readonly maxBytes: number;
  /** Called with the bytes that are there, and how many there will be if the server says so. */
  readonly onBytes: (bytes: number, totalBytes: number | undefined) => void;
}

const PATIENCE: Patience = { idleMs: 30_000, maxFailures: 4, backoffMs: 1000 };

/** A failure after which another try may succeed. */
class Retry extends Error {}

/**
 * Downloads a file into memory. Tries again when the network or the server fails for the moment.
 * Whether the bytes are right is for the caller to check.
 * @throws {SourceError} if the file is not there or the server fails too often.
 * @throws the signal's reason, once it is aborted.
 */
export async function fetchFile(url: string, options: FetchFileOptions): Promise<Uint8Array> {
  const { subject, signal } = options;
  const patience = { ...PATIENCE, ...options.patience };
  for (let failures = 1; ; failures++) {
    try {
      return await transfer(url, options, patience.idleMs);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Retry)) throw error;
      if (failures >= patience.maxFailures) {
        throw new SourceError({
          subject,
          expected: `to download ${url}`,
          got: `${failures} failures, the last one: ${error.message}`,
          remedy: "check the network and the address, then try again",
          cause: error,
        });
      }
      await sleep(patience.backoffMs * 2 ** (failures - 1), signal);
    }
  }
}

async function transfer(
  url: string,
  { subject, maxBytes, onBytes, signal, anew }: FetchFileOptions,
  idleMs: number,
): Promise<Uint8Array> {
  const idle = new AbortController();
  const giveUp = (): void => {
    idle.abort();
  };
  let timer = setTimeout(giveUp, idleMs);
  signal?.addEventListener("abort", giveUp);
  // For the network only: where a callback fails, another try would not help.
  const broken = (error: unknown): never => {
    const silent = idle.signal.aborted;
    throw new Retry(silent ? `no byte for ${idleMs / 1000} seconds` : (error as Error).message);
  };
  try {
    signal?.throwIfAborted();
    const response = await fetch(url, {
      signal: idle.signal,
      ...(anew && { cache: "reload" }),
    }).catch(broken);
    checkResponse(subject, url, response);
    const total = lengthOf(response);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    onBytes(0, total);
    const reader = response.body!.getReader();
    for (;;) {
      const { done, value } = await reader.read().catch(broken);
      if (done) break;
      clearTimeout(timer);
      timer = setTimeout(giveUp, idleMs);
      chunks.push(value);
      bytes += value.length;
      if (bytes > maxBytes) {
        throw new DataError({
          subject,
          expected: `at most ${maxBytes} bytes at ${url}`,
          got: "more",
          remedy: "correct the address: there is another file",
        });
      }
      onBytes(bytes, total);
    }
    return joinBytes(chunks, (length) =>
      allocate(Uint8Array, length, {
        subject,
        what: "a file that is fetched",
        remedy: "split the file",
      }),
    );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
    // Whatever is left of the body is not wanted.
    idle.abort();
  }
}

function checkResponse(subject: string, url: string, response: Response): void {
  const { ok, status, headers } = response;
  if (status === 408 || status === 429 || status >= 500) throw new Retry(`HTTP status ${status}`);
  const isPage = headers.get("content-type")?.startsWith("text/html") ?? false;
  if (ok && !isPage) return;
  throw new SourceError({
    subject,
    expected: `a file at ${url}`,
    // Servers of single-page programs answer with their page whatever is asked for.
    got: ok ? "a web page" : `HTTP status ${status}`,
    remedy: "put the file there, or correct the address",
  });
}

/** The file's size, if the header says so: that of a compressed transfer is another one. */
function lengthOf({ headers }: Response): number | undefined {
  const length = Number(headers.get("content-length") ?? NaN);
  return headers.has("content-encoding") || Number.isNaN(length) ? undefined : length;
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

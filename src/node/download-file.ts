import { open, type FileHandle } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { DataError, SourceError } from "../errors.ts";
import { sync } from "./write-atomic.ts";

/** Options of {@link downloadFile}. */
export interface DownloadFileOptions {
  /** The public name to complain under. */
  readonly subject: string;
  /** What a user can do about a file that cannot be had. */
  readonly remedy: string;
  /** Where to write; must not exist yet. */
  readonly path: string;
  /** The file's exact size. */
  readonly bytes: number;
  /** Called with the bytes that are there; falls back to 0 when a download starts anew. */
  readonly onBytes: (bytes: number) => void;
  /** Milliseconds without a byte after which a connection is given up. Default 30,000. */
  readonly idleMs?: number;
  /** Failures in a row, without a new byte between them, that end the download. Default 5. */
  readonly maxFailures?: number;
  /** Milliseconds before the second try; doubles with every failure. Default 1000. */
  readonly backoffMs?: number;
  /** What makes the requests. Default the global `fetch`. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** A failure after which another try may succeed. */
class Retry extends Error {
  constructor(
    message: string,
    readonly afterMs = 0,
  ) {
    super(message);
  }
}

const MAX_REDIRECTS = 5;
const MAX_WAIT_MS = 60_000;

/**
 * Downloads a file of known size over https. Interrupted transfers go on where they stopped if the
 * server can and the file is still the same one; otherwise they start anew. Never follows a redirect
 * to plain http. Whether the bytes are right is for the caller to check.
 * @throws {SourceError} if the server cannot be reached, does not have the file, or fails too often.
 * @throws {DataError} if the file there has another size.
 */
export async function downloadFile(url: string, options: DownloadFileOptions): Promise<void> {
  const file = await open(options.path, "wx");
  try {
    await new Download(url, file, options).run();
  } finally {
    await file.close();
  }
}

class Download {
  readonly #url: string;
  readonly #file: FileHandle;
  readonly #options: Required<DownloadFileOptions>;
  /** Bytes in the file, and the most there have ever been. */
  #have = 0;
  #most = 0;
  /** The server's mark for this version of the file. */
  #etag = "";

  constructor(url: string, file: FileHandle, options: DownloadFileOptions) {
    this.#url = url;
    this.#file = file;
    this.#options = {
      idleMs: 30_000,
      maxFailures: 5,
      backoffMs: 1000,
      fetch: (input, init) => fetch(input, init),
      ...options,
    };
  }

  async run(): Promise<void> {
    const { bytes, maxFailures, backoffMs } = this.#options;
    for (let failures = 0; this.#have < bytes;) {
      const most = this.#most;
      try {
        await this.#transfer();
      } catch (error) {
        if (!(error instanceof Retry)) throw error;
        failures = this.#most > most ? 1 : failures + 1;
        if (failures >= maxFailures) throw this.#failed(error.message, error);
        const wait = Math.max(error.afterMs, backoffMs * 2 ** (failures - 1));
        await sleep(Math.min(wait, MAX_WAIT_MS));
      }
    }
    await sync(this.#file);
  }

  /** One connection, to its end or until it breaks. */
  async #transfer(): Promise<void> {
    const idle = new AbortController();
    const timer = setTimeout(() => {
      idle.abort();
    }, this.#options.idleMs);
    // For the network only: where the disk or a callback fails, another try would not help.
    const broken = (error: unknown): Error => {
      if (error instanceof SourceError) return error;
      const seconds = this.#options.idleMs / 1000;
      return new Retry(idle.signal.aborted ? `no byte for ${seconds} seconds` : rootMessage(error));
    };
    try {
      const response = await this.#request(idle.signal).catch((error: unknown) => {
        throw broken(error);
      });
      await this.#checkResponse(response);
      for await (const chunk of readBody(response, broken)) {
        timer.refresh();
        await this.#append(chunk);
      }
    } finally {
      clearTimeout(timer);
      // Whatever is left of the body is not wanted.
      idle.abort();
    }
    if (this.#have < this.#options.bytes) throw new Retry("a connection that closed too early");
  }

  /** The answer to a request for the bytes that are missing, redirects followed. */
  async #request(signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (this.#have > 0) {
      headers.range = `bytes=${this.#have}-`;
      // Only a strong mark can vouch for a part; a weak one starts with W/.
      if (this.#etag.startsWith('"')) headers["if-range"] = this.#etag;
    }
    let url = this.#url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      if (!url.startsWith("https://")) throw this.#failed(`the address ${url}, without encryption`);
      const init: RequestInit = { headers, signal, redirect: "manual" };
      const response = await this.#options.fetch(url, init);
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || !location) return response;
      url = new URL(location, url).href;
    }
    throw this.#failed(`more than ${MAX_REDIRECTS} redirects`);
  }

  /** Decides by status and headers whether, and where, the body's bytes belong. */
  async #checkResponse({ status, headers }: Response): Promise<void> {
    const { bytes } = this.#options;
    if (status === 206) {
      const range = `bytes ${this.#have}-${bytes - 1}/${bytes}`;
      const etag = headers.get("etag") ?? "";
      if (headers.get("content-range") === range && etag === this.#etag && this.#have > 0) return;
      await this.#restart();
      throw new Retry("a part of another file, or another part");
    }
    if (status === 416) {
      await this.#restart();
      throw new Retry("HTTP status 416");
    }
    if (status === 429 || status >= 500) {
      const seconds = Number(headers.get("retry-after") ?? 0);
      throw new Retry(`HTTP status ${status}`, seconds > 0 ? seconds * 1000 : 0);
    }
    if (status !== 200) throw this.#failed(`HTTP status ${status}`);
    // 200 means the whole file, even in answer to a request for a part.
    if (this.#have > 0) await this.#restart();
    const length = headers.get("content-length");
    if (length !== null && Number(length) !== bytes) throw this.#wrongSize(length);
    this.#etag = headers.get("etag") ?? "";
  }

  async #restart(): Promise<void> {
    await this.#file.truncate(0);
    this.#have = 0;
    this.#etag = "";
    this.#options.onBytes(0);
  }

  async #append(chunk: Uint8Array): Promise<void> {
    if (this.#have + chunk.length > this.#options.bytes) throw this.#wrongSize("more");
    for (let done = 0; done < chunk.length;) {
      const rest = chunk.length - done;
      done += (await this.#file.write(chunk, done, rest, this.#have + done)).bytesWritten;
    }
    this.#have += chunk.length;
    this.#most = Math.max(this.#most, this.#have);
    this.#options.onBytes(this.#have);
  }

  #wrongSize(got: string): DataError {
    const { subject, bytes, remedy } = this.#options;
    return new DataError({
      subject,
      expected: `${bytes} bytes at ${this.#url}`,
      got: `${got}, as of another file or of a page in its place`,
      remedy,
    });
  }

  #failed(got: string, cause?: unknown): SourceError {
    const { subject, remedy } = this.#options;
    return new SourceError({
      subject,
      expected: `the file ${this.#url} over https`,
      got,
      remedy,
      cause,
    });
  }
}

/** The chunks of a body; where reading fails, `broken` says what to throw. */
async function* readBody(
  { body }: Response,
  broken: (error: unknown) => Error,
): AsyncGenerator<Uint8Array> {
  try {
    // Node's type of a body's chunks is wider than what there is.
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw broken(error);
  }
}

/** The message of the innermost cause: fetch's own says no more than "fetch failed". */
function rootMessage(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? rootMessage(cause) : message || String(error);
}

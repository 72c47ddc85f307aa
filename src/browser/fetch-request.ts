/** How far the loading of a file has come. */
export interface HttpProgress {
  /** Name of the record file, e.g. `"data_batch_1.bin"`. */
  readonly file: string;
  /** `"cache"`: it is in the browser already. `"download"`: bytes over the network. `"unpack"`: all bytes are there. */
  readonly phase: "cache" | "download" | "unpack";
  /** Bytes so far. */
  readonly bytes: number;
  /** Bytes in the end; `undefined` while the server does not say. */
  readonly totalBytes: number | undefined;
}

/** What a fetch may need to know. */
export interface FetchRequest {
  readonly onProgress: (progress: Omit<HttpProgress, "file">) => void;
  readonly signal: AbortSignal | undefined;
  /** Past the browser's own cache, which may hold the same damaged bytes. */
  readonly anew: boolean;
  /** How patient to be; tests are not. */
  readonly patience?: Partial<Patience>;
}

/** How long to try. */
export interface Patience {
  /** Milliseconds without a byte after which a connection is given up. */
  readonly idleMs: number;
  /** Failures that end the download. */
  readonly maxFailures: number;
  /** Milliseconds before the second try; doubles with every failure. */
  readonly backoffMs: number;
}

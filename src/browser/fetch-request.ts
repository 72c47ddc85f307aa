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
  readonly anew: boolean;
}

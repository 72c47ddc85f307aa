import type { ImageShape } from "./image-shape.ts";

/** How one sample is written in a record file: some label bytes, then the pixels. */
export interface RecordLayout {
  /** Bytes before the pixels of each record. */
  readonly labelBytes: number;
  /** Which of these bytes is the label, counted from 0. */
  readonly labelByte: number;
  /** Labels run from 0 to `numClasses - 1`. */
  readonly numClasses: number;
  /** Height, width and channels of the image in each record. */
  readonly imageShape: ImageShape;
  /** `"planar"`: all of the first channel, then the next; `"interleaved"`: pixel after pixel. */
  readonly pixelOrder: "planar" | "interleaved";
}

/** One file that a data set consists of, and how to tell that it is the right one. */
export interface RecordFile {
  /** The name under which a source delivers it, e.g. `"data_batch_1.bin"`. */
  readonly name: string;
  /** Size in bytes, a multiple of the record size. */
  readonly bytes: number;
  /**
   * SHA-256 of the whole file, 64 lower-case hexadecimal digits. Without it only the size and the
   * labels tell that the file is the right one.
   */
  readonly sha256?: string;
}

/** Everything that must be known of a data set beforehand in order to load and verify it. */
export interface RecordManifest {
  /** The data set's name, for messages. */
  readonly name: string;
  /** The files in the order in which their records are joined. */
  readonly files: readonly RecordFile[];
  /** How each record of each file is written. */
  readonly layout: RecordLayout;
  /** One name per class: `layout.numClasses` of them. */
  readonly classNames: readonly string[];
}

/** Bytes of one record: label bytes and pixels. */
export function recordSize({ labelBytes, imageShape: [height, width, channels] }: RecordLayout) {
  return labelBytes + height * width * channels;
}

import { areNames, check, describe, isArray, isName, isText } from "../checks.ts";
import { integer, like, oneOf, reader, type Reader, readOptions } from "../options.ts";
import { imageShape, type ImageShape } from "./image-shape.ts";

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

/** How records are written. */
export const recordLayout = (): Reader<RecordLayout> => (value, subject, name) => {
  const layout = readOptions(`${subject}, ${name}`, value as RecordLayout, {
    labelBytes: integer({ min: 1 }),
    labelByte: integer({ min: 0 }),
    numClasses: integer({ min: 1, max: 256 }),
    imageShape: imageShape(),
    pixelOrder: oneOf(["planar", "interleaved"]),
  });
  integer({ min: 0, max: layout.labelBytes - 1 })(layout.labelByte, subject, `${name}.labelByte`);
  return layout;
};

const isHash = (value: unknown): value is string => isText(value) && /^[0-9a-f]{64}$/.test(value);

/** A file, described so that it can be asked for and verified. */
export const recordFile = (): Reader<RecordFile> => (file, subject, name) =>
  readOptions(`${subject}, ${name}`, file as RecordFile, {
    name: fileName(),
    bytes: integer({ min: 0 }),
    sha256: like(isHash, "64 lower-case hexadecimal digits", "compute it with e.g. sha256sum", {
      optional: true,
    }),
  });

/** The files of a data set. */
export const recordFiles = <const A extends { readonly optional?: true }>(absence: A = {} as A) =>
  reader(absence, (files, subject, name): readonly RecordFile[] => {
    check(
      isArray(files) && files.length > 0,
      subject,
      `${name} to be a list of at least one file`,
      describe(files),
      "pass [{ name, bytes, sha256 }, ...]",
    );
    return files.map((file, i) => recordFile()(file, subject, `${name}[${i}]`));
  });

/** What manifests and files are called. */
export const fileName = (): Reader<string> =>
  like(isName, "a text", 'pass e.g. "data_batch_1.bin"');

/** The names of a manifest's classes. */
export const classList = (): Reader<readonly string[]> =>
  like(areNames, "a list of texts", "give every class one name");

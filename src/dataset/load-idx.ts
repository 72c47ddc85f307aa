import { CifarKitError, DataError, SourceError } from "../errors.ts";
import { decompress } from "../bytes/decompress.ts";
import { readOptions } from "../options.ts";
import { type ByteSource, checkSource } from "./byte-source.ts";
import { decodeIdx } from "./decode-idx.ts";
import { ImageSet } from "./image-set.ts";
import { readVerified } from "./load-records.ts";
import { classList, fileName, recordFile, type RecordFile } from "./manifest.ts";

const SUBJECT = "loadIdx";

/** A data set of grey images in two IDX files. */
export interface IdxManifest {
  /** The data set's name, for messages. */
  readonly name: string;
  /** An array of samples x height x width. Name, size and hash are those of the decompressed file. */
  readonly images: RecordFile;
  /** An array with one label per sample. */
  readonly labels: RecordFile;
  /** One name per class, in label order. */
  readonly classNames: readonly string[];
}

/**
 * The samples of a data set in IDX files, as MNIST and its successors come: read, decompressed if
 * they are gzip files, verified by size and (where the manifest has it) SHA-256 on every call, and
 * decoded. Each file is asked for with and without `.gz` at the end of its name.
 * @param source where the files come from.
 * @param manifest which files there must be; hashes are of the decompressed files, since
 * compression gives other bytes on other machines.
 * @returns a set of grey images, `[height, width, 1]`.
 * @throws {ArgumentError} if `source` is no source or the manifest lacks something.
 * @throws {DataError} if a file is not the one of the manifest.
 * @throws {SourceError} if the source cannot deliver a file.
 */
export async function loadIdx(source: ByteSource, manifest: IdxManifest): Promise<ImageSet> {
  checkSource(SUBJECT, source);
  const { name, classNames, ...files } = readOptions(SUBJECT, manifest, {
    name: fileName(),
    images: recordFile(),
    labels: recordFile(),
    classNames: classList(),
  });
  const images = await readIdx(source, files.images);
  const labels = await readIdx(source, files.labels);
  const [count, height, width] = images.shape;
  const fits = images.shape.length === 3 && labels.shape.length === 1 && labels.shape[0] === count;
  if (!fits || height === 0 || width === 0) {
    const shapes = `${images.shape.join(" x ")} and ${labels.shape.join(" x ")}`;
    throw damaged(`${name} to have samples x height x width pixels, and as many labels`, shapes);
  }
  const stray = labels.data.findIndex((label) => label >= classNames.length);
  if (stray !== -1) {
    const got = `label ${labels.data[stray]} of sample ${stray}`;
    throw damaged(`labels of ${name} in 0..${classNames.length - 1}`, got);
  }
  return new ImageSet({
    images: images.data,
    labels: labels.data,
    imageShape: [height, width, 1],
    classNames,
  });
}

async function readIdx(source: ByteSource, file: RecordFile) {
  return decodeIdx(await readVerified(unpacked(source, file), file));
}

/** A source that delivers a file decompressed, whether it was a gzip file or not. */
function unpacked(source: ByteSource, { name, bytes: size }: RecordFile): ByteSource {
  return {
    async read() {
      let bytes: Uint8Array;
      try {
        bytes = await source.read(`${name}.gz`);
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        bytes = await source.read(name).catch((second: unknown) => {
          // The official files are compressed: if neither is there, that one is missing.
          throw second instanceof CifarKitError ? error : second;
        });
      }
      const isGzip = bytes instanceof Uint8Array && bytes[0] === 0x1f && bytes[1] === 0x8b;
      if (!isGzip) return bytes;
      const stream = { format: "gzip", what: "gzip file" } as const;
      return decompress(`gunzip of ${name}`, stream, bytes, size);
    },
  };
}

function damaged(expected: string, got: string): DataError {
  const remedy = "the files are damaged or do not belong together: get them again";
  return new DataError({ subject: SUBJECT, expected, got, remedy });
}

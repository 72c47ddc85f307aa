import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { checkEveryClass } from "../dataset/class-folders.ts";
import { ImageStream } from "../dataset/image-stream.ts";
import { badPicturesError, listOf, reasonOf } from "../dataset/left-out.ts";
import { inOrder, type PictureSize, pictureSetOptions } from "../dataset/picture-set.ts";
import { forEachPicture } from "../dataset/pictures-in-flight.ts";
import { resizePicture } from "../dataset/resize-image.ts";
import { callback, integer, readOptions } from "../options.ts";
import { Listener } from "../runtime/listener.ts";
import { warn } from "../runtime/warn.ts";
import { MAX_PIXELS, pictureOpener } from "./decode-picture.ts";
import { DecodeThreads } from "./decode-threads.ts";
import type { ImageFolderOptions } from "./image-folder.ts";
import { checkPath } from "./path.ts";
import { pictureFolder, warnOfLeftOut } from "./picture-folder.ts";
import {
  isNoPictureFault,
  type PictureDecoder,
  StreamLoader,
  type StreamPicture,
} from "./stream-loader.ts";

/** Options of {@link imageStream}: those of `imageFolder`, and how much is kept and decoded at once. */
export interface ImageStreamOptions extends Omit<ImageFolderOptions, "onBadPicture"> {
  /**
   * `"throw"` (default) looks at the beginning of each file and reports all that are no pictures in one
   * error; what is damaged further on ends the run in which it is to be decoded, whose checkpoints stay.
   * `"skip"` decodes every picture once before the stream is there, leaves out those that are damaged, says
   * so on the console, and lists them in `leftOut`: so that the stream is the same whenever it is made.
   */
  readonly onBadPicture?: "throw" | "skip";
  /** Bytes of decoded images to keep in memory. Default 2^28, 268 MB; 0 keeps none. */
  readonly cacheBytes?: number;
  /**
   * Threads that decode, each a picture at a time. Default one for each core, up to 8. With `decode`, which
   * runs in the thread that trains, pictures under way at once.
   */
  readonly workers?: number;
  /** Called while the folder is looked through, after each picture. Default none. */
  readonly onProgress?: (progress: ScanProgress) => void;
}

/** How far a folder has been looked through. */
export interface ScanProgress {
  /** Pictures so far. */
  readonly done: number;
  /** Pictures in all. */
  readonly total: number;
}

const SUBJECT = "imageStream";

/**
 * Your own pictures without holding them in memory: the folder that `imageFolder` reads, with the same
 * order, labels and pixels. What it gives stands wherever an `ImageSet` trains or is measured, with the
 * same result for the same seed, bit for bit, also of a run that goes on in the middle of an epoch. Threads
 * decode the pictures of the next steps meanwhile; they end with the run.
 *
 * A checkpoint knows the pictures by their paths within the folder, the sizes of their files and their
 * labels, not by their content: do not change pictures while a run is to go on.
 *
 * An augmentation of your own works if its flow has a method `needs`; `ImageDataGenerator.fit`,
 * whitening and Workers of a page need images in memory: give them `await stream.load(indices)`.
 *
 * @example
 * const stream = await imageStream("pictures", { imageShape: [64, 64, 3], fit: "crop" });
 * const { train, validation } = trainValidationSplit(stream);
 * await trainPhase(model, { train, validation, epochs: 10 });
 * @param path the folder, e.g. `"data/flowers"` with `data/flowers/rose/1.jpg`.
 * @throws {ArgumentError} if an option is unknown or wrong.
 * @throws {SourceError} if a folder cannot be read or `sharp` is not installed.
 * @throws {DataError} if there are no pictures, a class has none, or some are damaged (all are named).
 */
export async function imageStream(path: string, options: ImageStreamOptions): Promise<ImageStream> {
  checkPath(SUBJECT, path, "the path of a folder", 'pass e.g. "data/flowers"');
  const settings = readOptions(SUBJECT, options, {
    ...pictureSetOptions(),
    decode: callback<NonNullable<ImageStreamOptions["decode"]>>(),
    maxPixels: integer({ min: 1, default: MAX_PIXELS }),
    cacheBytes: integer({ min: 0, default: 2 ** 28 }),
    workers: integer({ min: 1, max: 256, default: Math.min(availableParallelism(), 8) }),
    onProgress: callback<(progress: ScanProgress) => void>(() => undefined),
  });
  const { imageShape, interpolation, fit, maxPixels, classNames, onBadPicture } = settings;
  const resize = { interpolation, fit };
  const atOnce = settings.workers;
  let measure: (source: string) => Promise<PictureSize> | undefined = () => undefined;
  let decoder: PictureDecoder;
  const { decode } = settings;
  if (decode) {
    decoder = {
      atOnce,
      decode: async (source) => ({
        pixels: resizePicture(SUBJECT, await decode(source), imageShape, resize),
      }),
      close: () => Promise.resolve(),
    };
  } else {
    // Here, too: where only threads that end have loaded it, sharp goes with them and takes the process along.
    measure = await pictureOpener(SUBJECT, maxPixels, ", or pass a function as decode");
    const threads = new DecodeThreads({ subject: SUBJECT, imageShape, resize, maxPixels });
    decoder = {
      atOnce,
      decode: (source) => threads.decode(source),
      close: () => threads.close(),
    };
  }

  const list = await pictureFolder(SUBJECT, path);
  const files = list.pictures.map((name) => ({
    path: name,
    source: join(path, ...name.split("/")),
  }));
  const { classes, ordered } = inOrder(SUBJECT, files, classNames);
  const pictures: StreamPicture[] = ordered.map(({ file }) => ({ ...file, bytes: 0, pixels: 0 }));
  const loader = new StreamLoader(SUBJECT, pictures, decoder, settings.cacheBytes);
  const failures = new Map<number, unknown>();
  const progress = new Listener(settings.onProgress);
  let done = 0;
  const close = loader.open();
  try {
    await forEachPicture(pictures, async ({ path: name, source }, i) => {
      try {
        const { size: bytes } = await stat(source);
        const { width, height } = (await measure(source)) ?? { width: 0, height: 0 };
        pictures[i] = { path: name, source, bytes, pixels: width * height };
        if (onBadPicture === "skip") await loader.decoded(i);
      } catch (cause) {
        if (isNoPictureFault(cause)) throw cause;
        failures.set(i, cause);
      }
      progress.tell({ done: ++done, total: pictures.length });
    });
    await progress.heard();
  } finally {
    await close();
  }
  const all = [...pictures.keys()];
  const bad = all
    .filter((i) => failures.has(i))
    .map((i) => ({ path: pictures[i].path, cause: failures.get(i) }));
  if (bad.length > 0 && onBadPicture === "throw") {
    throw badPicturesError(SUBJECT, bad, pictures.length);
  }
  const good = Int32Array.from(all.filter((i) => !failures.has(i)));
  const labels = good.map((i) => ordered[i].label);
  checkEveryClass(SUBJECT, classes, new Set(labels));
  if (bad.length > 0) {
    warn(`${SUBJECT}: left out ${bad.length} of ${pictures.length} pictures: ${listOf(bad)}.`);
  }
  warnOfLeftOut(SUBJECT, path, list.leftOut);
  return new ImageStream({
    ...{ labels, imageShape, classNames: classes, pictures: good, loader, settings: resize },
    paths: Array.from(good, (i) => pictures[i].source),
    marks: pictures.map(({ path: name, bytes }) => `${bytes} ${name}`),
    leftOut: [
      ...list.leftOut,
      ...bad.map(({ path: name, cause }) => ({ path: name, reason: reasonOf(cause) })),
    ],
  });
}

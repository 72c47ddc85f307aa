import { allocate } from "../bytes/allocate.ts";
import { attempt, check, describe, isListOf, isText } from "../checks.ts";
import { ArgumentError } from "../errors.ts";
import { anything, oneOf, readOptions, type Settled } from "../options.ts";
import { warn } from "../runtime/warn.ts";
import { checkEveryClass, classesOf, classOf } from "./class-folders.ts";
import { compareText } from "../text/compare-text.ts";
import { ImageSet } from "./image-set.ts";
import { type ImageShape, pictureShape } from "./image-shape.ts";
import { badPicturesError, type LeftOutFile, listOf, reasonOf } from "./left-out.ts";
import { forEachPicture } from "./pictures-in-flight.ts";
import type { Pixels } from "./resample.ts";
import { type ResizeImageOptions, resizeOptions, resizePicture } from "./resize-image.ts";

/** Size of a picture. */
export interface PictureSize {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** A picture that has not been decoded yet. */
export interface PictureFile {
  /** Path below the data set's folder, with `/` between its parts: `"cat/1.jpg"`. */
  readonly path: string;
  /** Where the picture can be found again, for {@link ImageSet.paths}. Default `path`. */
  readonly source?: string;
  /** Width and height, if they are known before decoding: fewer large pictures are decoded at once. */
  measure?(): Promise<PictureSize>;
  /** Decodes the picture, upright; called once. */
  decode(): Promise<Pixels>;
}

/** Options of {@link pictureSet}. */
export interface PictureSetOptions extends ResizeImageOptions {
  /** Height, width and channels (1 or 3) of the images. */
  readonly imageShape: ImageShape;
  /**
   * The classes, in label order: all the folders there are. Default: the folders in the order of
   * their names. An accent may be spelled in any of Unicode's ways, here and in the folders.
   */
  readonly classNames?: readonly string[];
  /**
   * `"throw"` (default) reports all pictures that cannot be decoded in one error, `"skip"` leaves
   * them out, says so on the console, and lists them in the set's `leftOut`.
   */
  readonly onBadPicture?: "throw" | "skip";
}

/** The readers of {@link PictureSetOptions}. */
export const pictureSetOptions = () => ({
  imageShape: pictureShape(),
  classNames: anything<PictureSetOptions["classNames"]>(),
  onBadPicture: oneOf(["throw", "skip"], { default: "throw" }),
  ...resizeOptions(),
});

/** An image set with what was left out of it. */
export type PictureSet = ImageSet & {
  /** The files that are not in the set. Not in the sets that are cut from it. */
  readonly leftOut: readonly LeftOutFile[];
};

/**
 * Labelled images from pictures that lie in one folder per class, as Keras's
 * `image_dataset_from_directory` and torchvision's `ImageFolder` read them: classes in the order of
 * their names, the pictures of a class in the order of their folders and names. It reads no files
 * itself, so that it also serves browsers (files of a directory input or a zip).
 *
 * In a page, `decode` may be
 * `async () => ({ data: await imageFromFile(file, options), width, height, channels: 3 })`.
 * @param files any pictures at least one folder deep, in any order.
 * @returns the set, whose class names are in Unicode's composed form (NFC).
 * @throws {ArgumentError} if an option is wrong, or `classNames` are not the folders.
 * @throws {DataError} if there are no pictures, some cannot be decoded (the message names them, and
 *   its cause is an `AggregateError` with the reason of each), or they are too many for the memory.
 */
export async function pictureSet(
  files: readonly PictureFile[],
  options: PictureSetOptions,
): Promise<PictureSet> {
  const subject = "pictureSet";
  const settings = readOptions(subject, options, pictureSetOptions());
  check(
    isListOf(files, isPictureFile),
    subject,
    "a list of pictures, each with path and decode()",
    describe(files),
    'pass e.g. [{ path: "cat/1.jpg", decode }, ...]',
  );
  return makePictureSet(subject, files, settings);
}

function isPictureFile(value: unknown): value is PictureFile {
  const file = value as Partial<PictureFile> | null;
  return attempt(() => isText(file?.path) && typeof file?.decode === "function") === true;
}

/** `pictureSet` for functions of other names, which have read the options. */
export async function makePictureSet(
  subject: string,
  files: readonly PictureFile[],
  settings: Settled<ReturnType<typeof pictureSetOptions>>,
): Promise<PictureSet> {
  const { imageShape, classNames, onBadPicture, ...resize } = settings;
  const { classes, ordered } = inOrder(subject, files, classNames);

  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const images = allocate(Uint8Array, ordered.length * size, {
    subject,
    what: `${ordered.length} images of ${imageShape.join(" x ")}`,
    remedy: "choose a smaller imageShape, or load a part of the pictures",
  });
  const failures = new Map<number, unknown>();
  await forEachPicture(ordered, async ({ file }, i, start) => {
    let pixels: Pixels;
    try {
      await start(await file.measure?.());
      pixels = await file.decode();
    } catch (cause) {
      // A wrong argument is the caller's, not the picture's.
      if (cause instanceof ArgumentError) throw cause;
      failures.set(i, cause);
      return;
    }
    images.set(resizePicture(subject, pixels, imageShape, resize), i * size);
  });
  const indices = [...ordered.keys()];
  const bad = indices
    .filter((i) => failures.has(i))
    .map((i) => ({ path: ordered[i].file.path, cause: failures.get(i) }));
  if (bad.length > 0 && onBadPicture === "throw") {
    throw badPicturesError(subject, bad, ordered.length);
  }
  const good = indices.filter((i) => !failures.has(i));
  const labels = Int32Array.from(ordered, ({ label }) => label);
  checkEveryClass(subject, classes, new Set(good.map((i) => labels[i])));
  if (bad.length > 0) {
    warn(`${subject}: left out ${bad.length} of ${ordered.length} pictures: ${listOf(bad)}.`);
  }
  const all = new ImageSet({
    images,
    labels,
    imageShape,
    classNames: classes,
    paths: ordered.map(({ file: { path, source = path } }) => source),
  });
  return withLeftOut(
    bad.length === 0 ? all : all.subset(good),
    bad.map(({ path, cause }) => ({ path, reason: reasonOf(cause) })),
  );
}

/** The set itself, which tells what is not in it. */
export function withLeftOut(set: ImageSet, leftOut: readonly LeftOutFile[]): PictureSet {
  // Not enumerable, as it is no part that a set is made of: `new ImageSet({ ...set, labels })`.
  return Object.defineProperty(set, "leftOut", {
    value: leftOut,
    configurable: true,
  }) as PictureSet;
}

/** The classes of some files, and the files in the order of a set, with their labels. */
export function inOrder<File extends { readonly path: string }>(
  subject: string,
  files: readonly File[],
  classNames: PictureSetOptions["classNames"],
): { classes: string[]; ordered: { readonly file: File; readonly label: number }[] } {
  const paths = files.map(({ path }) => path);
  const classes = classesOf(subject, paths, classNames);
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const ordered = files
    .map((file) => ({
      file,
      label: labelOf.get(classOf(subject, file.path))!,
      key: sortKey(file.path),
    }))
    .sort((a, b) => a.label - b.label || compare(a.key, b.key));
  return { classes, ordered };
}

/** Folder and name: the files of a folder come before those of the folders in it. */
function sortKey(path: string): readonly [string, string] {
  const end = path.lastIndexOf("/");
  return [path.slice(0, end), path.slice(end + 1)];
}

const compare = (a: readonly [string, string], b: readonly [string, string]): number =>
  compareText(a[0], b[0]) || compareText(a[1], b[1]);

import { allocate } from "../allocate.ts";
import { check, checkOneOf, describe } from "../checks.ts";
import { messageOf } from "../describe.ts";
import { CifarKitError, DataError } from "../errors.ts";
import { ImageSet, type ImageShape } from "./image-set.ts";
import { INTERPOLATIONS, type Pixels } from "./resample.ts";
import { checkPictureShape, FITS, resizeImage, type ResizeImageOptions } from "./resize-image.ts";

/** A picture that has not been decoded yet. */
export interface PictureFile {
  /** Path below the data set's folder, with `/` between its parts: `"cat/1.jpg"`. */
  readonly path: string;
  /** Decodes the picture; called once. */
  decode(): Promise<Pixels>;
}

/** Options of {@link pictureSet}. */
export interface PictureSetOptions extends ResizeImageOptions {
  /** Height, width and channels (1 or 3) of the images. */
  readonly imageShape: ImageShape;
  /**
   * The classes, in label order: all the folders there are. Default: the folders in the order of
   * their names.
   */
  readonly classNames?: readonly string[];
}

/** Pictures that are decoded at the same time: enough to keep a few cores busy. */
const AT_ONCE = 8;

/**
 * Labelled images from pictures that lie in one folder per class, as Keras's
 * `image_dataset_from_directory` and torchvision's `ImageFolder` read them: classes in the order of
 * their names, the pictures of a class in the order of their folders and names. It reads no files
 * itself, so that it also serves browsers (files of a directory input or a zip).
 * @param files any pictures at least one folder deep, in any order.
 * @throws {ArgumentError} if an option is wrong, or `classNames` are not the folders.
 * @throws {DataError} if there are no pictures, or one cannot be decoded; the message names it.
 */
export async function pictureSet(
  files: readonly PictureFile[],
  options: PictureSetOptions,
): Promise<ImageSet> {
  const subject = "pictureSet";
  const { imageShape, classNames, ...resize } = options;
  checkPictureShape(subject, imageShape);
  checkOneOf(subject, "interpolation", resize.interpolation ?? "bilinear", INTERPOLATIONS);
  checkOneOf(subject, "fit", resize.fit ?? "stretch", FITS);
  const found = [...new Set(files.map(classOf))].sort();
  if (found.length === 0) {
    throw new DataError({
      subject,
      expected: "pictures in folders, one folder per class",
      got: "none",
      remedy: "lay them out as cat/1.jpg, dog/2.png, ...",
    });
  }
  const classes = classNames ?? found;
  checkClassNames(subject, classes, found);

  const ordered = files
    .map((file) => ({ file, label: classes.indexOf(classOf(file)), key: sortKey(file.path) }))
    .sort((a, b) => a.label - b.label || compare(a.key, b.key));
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const images = allocate(Uint8Array, ordered.length * size, {
    subject,
    what: `${ordered.length} images of ${imageShape.join(" x ")}`,
    remedy: "choose a smaller imageShape, or load a part of the pictures",
  });
  for (let first = 0; first < ordered.length; first += AT_ONCE) {
    await Promise.all(
      ordered.slice(first, first + AT_ONCE).map(async ({ file }, i) => {
        const image = resizeImage(await decode(file), imageShape, resize);
        images.set(image, (first + i) * size);
      }),
    );
  }
  const labels = Int32Array.from(ordered, ({ label }) => label);
  return new ImageSet({ images, labels, imageShape, classNames: [...classes] });
}

async function decode(file: PictureFile): Promise<Pixels> {
  try {
    return await file.decode();
  } catch (cause) {
    if (cause instanceof CifarKitError) throw cause;
    throw new DataError({
      subject: "pictureSet",
      expected: `${file.path} to be an intact picture`,
      got: JSON.stringify(messageOf(cause)),
      remedy: "repair or remove the file",
      cause,
    });
  }
}

/** The folder at the top of the path. */
function classOf({ path }: PictureFile): string {
  const end = path.indexOf("/");
  check(
    end > 0,
    "pictureSet",
    "every picture to lie in the folder of its class",
    describe(path),
    "move it into a folder",
  );
  return path.slice(0, end);
}

function checkClassNames(subject: string, classNames: unknown, found: readonly string[]): void {
  const given: unknown[] = Array.isArray(classNames) ? classNames : [];
  const same = given.length === found.length && new Set(given).size === given.length;
  check(
    same && given.every((name) => typeof name === "string" && found.includes(name)),
    subject,
    `classNames to be the names of the folders: ${shorten(found)}`,
    Array.isArray(classNames) ? shorten(given.map(String)) : describe(classNames),
    "name each folder with pictures once, in the order of the labels",
  );
}

const shorten = (names: readonly string[]): string =>
  names.length > 8
    ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more`
    : names.join(", ");

/** Folder and name: the files of a folder come before those of the folders in it. */
function sortKey(path: string): readonly [string, string] {
  const end = path.lastIndexOf("/");
  return [path.slice(0, end), path.slice(end + 1)];
}

const compare = (a: readonly [string, string], b: readonly [string, string]): number =>
  compareText(a[0], b[0]) || compareText(a[1], b[1]);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

import { join } from "node:path";
import { namesOf } from "../dataset/left-out.ts";
import {
  makePictureSet,
  type PictureFile,
  type PictureSet,
  type PictureSetOptions,
  pictureSetOptions,
  withLeftOut,
} from "../dataset/picture-set.ts";
import type { Pixels } from "../dataset/resample.ts";
import { warnOfClippedGrey } from "../dataset/pictures/warn-of-clipped-grey.ts";
import { callback, integer, readOptions } from "../options.ts";
import { MAX_PIXELS, type OpenPicture, pictureOpener } from "./decode-picture.ts";
import { checkPath } from "./path.ts";
import { pictureFolder, warnOfLeftOut } from "./picture-folder.ts";

/** Options of {@link imageFolder}: those of `pictureSet`. */
export interface ImageFolderOptions extends PictureSetOptions {
  /** Decodes a file in place of the package `sharp`. Default `sharp`. */
  readonly decode?: (path: string) => Promise<Pixels>;
  /**
   * The most pixels of a picture, a larger one counts as bad. Default 2^28, 16,384 x 16,384: 800 MB
   * for a moment. For `sharp` only.
   */
  readonly maxPixels?: number;
}

const SUBJECT = "imageFolder";

/**
 * Your own pictures as an `ImageSet`: a folder with one folder per class, which holds PNG, JPEG, WebP,
 * GIF (its first image), AVIF or TIFF files of any size, at any depth. Each is resized as Pillow does
 * it (see `resizeImage`).
 *
 * As in Keras and torchvision, classes are numbered in the order of their names, and links are
 * followed. Pixels are those that `imageFromFile` gives, here and in the page: EXIF turns pictures,
 * what is transparent lies on white, CMYK and 16 bits convert as in Pillow, colour profiles are not
 * applied.
 *
 * Everything else in the folder is left out: names that start with a dot, end otherwise or are not
 * UTF-8, files outside the class folders, links to nothing or in a circle. It is counted on the console
 * and listed in the set's `leftOut`; `paths` tells where each image came from.
 *
 * Needs the package `sharp`, which is loaded when this is first called, unless `decode` is given.
 * @param path the folder, e.g. `"data/flowers"` with `data/flowers/rose/1.jpg`.
 * @throws {ArgumentError} if an option is unknown or wrong.
 * @throws {SourceError} if a folder cannot be read or `sharp` is not installed.
 * @throws {DataError} if there are no pictures, a class has none, or some are damaged (all are named).
 */
export async function imageFolder(path: string, options: ImageFolderOptions): Promise<PictureSet> {
  checkPath(SUBJECT, path, "the path of a folder", 'pass e.g. "data/flowers"');
  const { decode, maxPixels, ...settings } = readOptions(SUBJECT, options, {
    ...pictureSetOptions(),
    decode: callback<NonNullable<ImageFolderOptions["decode"]>>(),
    maxPixels: integer({ min: 1, default: MAX_PIXELS }),
  });
  const clipped: string[] = [];
  const fileOf = decode
    ? (name: string, source: string): PictureFile => ({
        path: name,
        source,
        decode: () => decode(source),
      })
    : await sharpFiles(maxPixels, clipped);

  const list = await pictureFolder(SUBJECT, path);
  const files = list.pictures.map((name) => fileOf(name, join(path, ...name.split("/"))));
  const set = await makePictureSet(SUBJECT, files, settings);
  warnOfLeftOut(SUBJECT, path, list.leftOut);
  if (clipped.length > 0) {
    warnOfClippedGrey(SUBJECT, `${clipped.length} pictures: ${namesOf(clipped)}`);
  }
  return withLeftOut(set, [...list.leftOut, ...set.leftOut]);
}

/** Makes files that sharp decodes; `clipped` gets the names of those that lost grey values. */
async function sharpFiles(
  maxPixels: number,
  clipped: string[],
): Promise<(name: string, source: string) => PictureFile> {
  const open = await pictureOpener(SUBJECT, maxPixels, ", or pass a function as decode");
  return (name, source) => {
    let opened: Promise<OpenPicture> | undefined;
    const picture = (): Promise<OpenPicture> => (opened ??= open(source));
    return {
      path: name,
      source,
      measure: picture,
      async decode() {
        const pixels = await (await picture()).decode();
        if (pixels.isClipped) clipped.push(name);
        return pixels;
      },
    };
  };
}

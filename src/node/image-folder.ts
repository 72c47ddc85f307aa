import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { check, checkOptions, describe } from "../checks.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { pictureSet, type PictureSetOptions } from "../dataset/picture-set.ts";
import type { Pixels } from "../dataset/resample.ts";
import { DataError, SourceError } from "../errors.ts";
import { optionalPackage } from "../optional-package.ts";

/** Options of {@link imageFolder}: those of {@link pictureSet}. */
export interface ImageFolderOptions extends PictureSetOptions {
  /** Decodes a file in place of the package `sharp`. Default `sharp`. */
  readonly decode?: (path: string) => Promise<Pixels>;
}

const PICTURE = /\.(png|jpe?g)$/i;

/**
 * Your own pictures as an `ImageSet`: a folder with one folder per class, which holds PNG or JPEG
 * files of any size, at any depth. Each is decoded and resized as Pillow does it (see `resizeImage`).
 *
 * As in Keras and torchvision, classes are numbered in the order of their names, transparency is
 * left out, and a camera's note that a picture is to be turned (EXIF) is not followed. Other files,
 * links, and names that start with a dot are passed over.
 *
 * Needs the package `sharp`, which is loaded when this is first called, unless `decode` is given.
 * @param path the folder, e.g. `"data/flowers"` with `data/flowers/rose/1.jpg`.
 * @throws {ArgumentError} if an option is unknown or wrong.
 * @throws {SourceError} if the folder cannot be read or `sharp` is not installed.
 * @throws {DataError} if there are no pictures, a class has none, or one is damaged.
 */
export async function imageFolder(path: string, options: ImageFolderOptions): Promise<ImageSet> {
  const subject = "imageFolder";
  check(
    typeof path === "string" && path !== "",
    subject,
    "the path of a folder",
    describe(path),
    'pass e.g. "data/flowers"',
  );
  checkOptions(subject, options, ["imageShape", "classNames", "interpolation", "fit", "decode"]);
  const { decode = await sharpDecoder(), ...rest } = options;
  check(
    typeof decode === "function",
    subject,
    "decode to be a function",
    describe(decode),
    "pass a function or leave it out",
  );
  const names = await listPictures(path);
  return pictureSet(
    names.map((name) => ({ path: name, decode: () => decode(join(path, ...name.split("/"))) })),
    rest,
  );
}

/** The pictures in the folders of `root`, as paths with slashes. */
async function listPictures(root: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await list(root, folder)) {
      if (entry.name.startsWith(".")) continue;
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await visit(name);
      else if (entry.isFile() && folder !== "" && PICTURE.test(name)) found.push(name);
    }
  };
  for (const entry of await list(root, "")) {
    if (!entry.isDirectory() || entry.name.startsWith(".")) continue;
    const before = found.length;
    await visit(entry.name);
    if (found.length === before) {
      throw new DataError({
        subject: "imageFolder",
        expected: `PNG or JPEG files in ${join(root, entry.name)}`,
        got: "none",
        remedy: "add pictures or remove the folder: each one is a class",
      });
    }
  }
  return found;
}

async function list(root: string, folder: string) {
  try {
    return await readdir(join(root, folder), { withFileTypes: true });
  } catch (cause) {
    throw new SourceError({
      subject: "imageFolder",
      expected: `a folder with one folder of pictures per class at ${join(root, folder)}`,
      got: (cause as Error).message,
      remedy: "correct the path",
      cause,
    });
  }
}

async function sharpDecoder(): Promise<(path: string) => Promise<Pixels>> {
  const { default: sharp } = await optionalPackage(
    { subject: "imageFolder", name: "sharp", otherwise: ", or pass a function as decode" },
    () => import("sharp"),
  );
  return async (path) => {
    // Colour profiles are not applied, as Pillow does not; damage is an error, not a grey area.
    const { data, info } = await sharp(path, { ignoreIcc: true, failOn: "warning" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { data, width, height, channels };
  };
}

import { fileURLToPath } from "node:url";
import { check, describe } from "../checks.ts";
import {
  type ImageFromFileOptions,
  imageFromFileSettings,
} from "../dataset/pictures/image-options.ts";
import { resizePicture } from "../dataset/resize-image.ts";
import { warnOfClippedGrey } from "../dataset/pictures/warn-of-clipped-grey.ts";
import { printable } from "../text/printable.ts";
import { MAX_PIXELS, type PictureInput, pictureOpener } from "./decode-picture.ts";
import { explainFileErrors } from "./file-errors.ts";
import { isPath } from "./path.ts";

const SUBJECT = "imageFromFile";

/**
 * A picture from a file as an image for a model, with the same pixels as `imageFolder` gives it, and
 * `imageFromFile` of `cifar-kit/browser` in a page: turned as EXIF says, what is transparent on white,
 * resized as `resizeImage` does.
 *
 * Needs the package `sharp`, which is loaded when this is first called.
 * @param file path or `file:` URL, bytes or Blob of a PNG, JPEG, WebP, GIF (its first image), AVIF or
 *   TIFF file.
 * @returns `height * width * channels` bytes 0..255, NHWC order, for `predict`.
 * @throws {ArgumentError} if an argument is wrong.
 * @throws {SourceError} if the file cannot be read or `sharp` is not installed.
 * @throws {DataError} if the file is no picture, is damaged, or has more than `maxPixels`.
 */
export async function imageFromFile(
  file: string | URL | Uint8Array | Blob,
  options: ImageFromFileOptions = {},
): Promise<Uint8Array> {
  const { imageShape, resize, maxPixels } = imageFromFileSettings(options, MAX_PIXELS);
  const input = await inputOf(file);
  const name = typeof input === "string" ? ` (${printable(input)})` : "";
  const open = await pictureOpener(SUBJECT, maxPixels);
  const expected = `a file that can be read${name}`;
  const picture = await explainFileErrors(
    { subject: SUBJECT, expected, remedy: "correct the path" },
    async () => (await open(input, name)).decode(),
  );
  if (picture.isClipped) warnOfClippedGrey(SUBJECT, `the picture${name}`);
  return resizePicture("imageFromFile", picture, imageShape, resize);
}

async function inputOf(file: unknown): Promise<PictureInput> {
  if (file instanceof Blob) return new Uint8Array(await file.arrayBuffer());
  const input = file instanceof URL ? pathOf(file) : file;
  check(
    isPath(input) || input instanceof Uint8Array,
    SUBJECT,
    "the path of a file, its bytes or a Blob",
    file instanceof URL ? `the URL ${file.href}` : describe(file),
    'pass e.g. "photo.jpg"',
  );
  return input;
}

/** The path that a URL stands for; empty if it leads elsewhere than to this machine's files. */
function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch {
    return "";
  }
}

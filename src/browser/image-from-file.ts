import { check, checkInteger, checkOneOf, checkOptions, describe } from "../checks.ts";
import { type Pixels } from "../dataset/resample.ts";
import { resizeImage } from "../dataset/resize-image.ts";
import { DataError } from "../errors.ts";
import { type PictureHeader, readPictureHeader } from "./picture-header.ts";

/** Options of {@link imageFromFile}. */
export interface ImageFromFileOptions {
  /** Width of the image in pixels; default 32. */
  readonly width?: number;
  /** Height of the image in pixels; default 32. */
  readonly height?: number;
  /**
   * What becomes of pictures of other proportions: `"crop"` (default) cuts off what is too much on
   * both sides, `"stretch"` changes the proportions.
   */
  readonly fit?: "crop" | "stretch";
}

const SUBJECT = "imageFromFile";
/** The most pixels that are decoded: 200 MB for a moment. */
const MAX_PIXELS = 50e6;
/** Larger pictures are made smaller by the browser while they are decoded: the shorter side ... */
const MAX_SIDE = 1024;
/** ... and the longer one. */
const MAX_LONG_SIDE = 8192;
/** Formats say their size in their first bytes; JPEG behind what a camera has to say. */
const HEADER_BYTES = 512 * 1024;

/**
 * A picture of the user's, from a file input, a drop or the clipboard, as an image for a model:
 * turned as the camera says, what is transparent on white, made smaller without aliasing (as
 * `resizeImage` does). Works in pages and in Workers.
 *
 * The size is read before anything is decoded, and large pictures are made smaller while they are
 * decoded, so that the memory stays bounded.
 * @param file PNG, JPEG, WebP, GIF (its first image), AVIF or BMP.
 * @returns `height * width * 3` bytes 0..255, NHWC order, for `predict`.
 * @throws {DataError} if the file is no picture, is damaged, or has more than 50 megapixels.
 */
export async function imageFromFile(
  file: Blob,
  options: ImageFromFileOptions = {},
): Promise<Uint8Array> {
  checkOptions(SUBJECT, options, ["width", "height", "fit"]);
  const { width = 32, height = 32, fit = "crop" } = options;
  check(
    file instanceof Blob,
    SUBJECT,
    "a file or another Blob",
    describe(file),
    "pass input.files[0]",
  );
  checkInteger(SUBJECT, "width", width, { min: 1, max: MAX_SIDE });
  checkInteger(SUBJECT, "height", height, { min: 1, max: MAX_SIDE });
  checkOneOf(SUBJECT, "fit", fit, ["crop", "stretch"]);
  const pixels = await decode(file, await checkedHeader(file));
  return resizeImage(pixels, [height, width, 3], { fit });
}

async function checkedHeader(file: Blob): Promise<PictureHeader> {
  const bytes = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer());
  const header = readPictureHeader(bytes);
  if (!header) {
    throw new DataError({
      subject: SUBJECT,
      expected: "a picture (PNG, JPEG, WebP, GIF, AVIF or BMP)",
      got: file.size === 0 ? "an empty file" : `another file${nameOf(file)}`,
      remedy: "choose a picture, or save it in one of these formats",
    });
  }
  const { width, height } = header;
  const pixels = width * height;
  if (pixels > MAX_PIXELS) {
    throw new DataError({
      subject: SUBJECT,
      expected: `a picture of at most ${MAX_PIXELS / 1e6} megapixels`,
      got: `${width} x ${height}, ${(pixels / 1e6).toFixed(0)} megapixels`,
      remedy: "make it smaller first",
    });
  }
  return header;
}

/** RGBA pixels, no side longer than it has to be. */
async function decode(file: Blob, { format, width, height }: PictureHeader): Promise<Pixels> {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const scale = Math.min(1, MAX_SIDE / short, MAX_LONG_SIDE / long);
  // One side is enough: the browser keeps the proportions, also of a picture that it turns.
  const resize: ImageBitmapOptions =
    scale < 1 ? { resizeWidth: Math.ceil(width * scale), resizeQuality: "high" } : {};
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, resize);
  } catch (cause) {
    throw new DataError({
      subject: SUBJECT,
      expected: `an intact ${format} picture that this browser can show`,
      got: `one that it cannot decode${nameOf(file)}`,
      remedy: "choose another picture, or save it as PNG or JPEG",
      cause,
    });
  }
  try {
    return draw(bitmap);
  } finally {
    bitmap.close();
  }
}

function draw(bitmap: ImageBitmap): Pixels {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", {
    willReadFrequently: true,
  })!;
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { data: new Uint8Array(data.buffer), width, height, channels: 4 };
}

/** The file's name in brackets, if it has one. */
function nameOf(file: Blob): string {
  const { name } = file as Partial<File>;
  return name ? ` (${describe(name)})` : "";
}

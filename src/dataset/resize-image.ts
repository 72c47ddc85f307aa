import { oneOf, readOptions, type Settled } from "../options.ts";
import { checkedPicture } from "./checked-picture.ts";
import { type ImageShape, pictureShape } from "./image-shape.ts";
import { convertChannels } from "./channels.ts";
import {
  INTERPOLATIONS,
  resample,
  type Interpolation,
  type PictureRows,
  type Pixels,
  type Span,
} from "./resample.ts";

/** Options of {@link resizeImage}. */
export interface ResizeImageOptions {
  /** `"bilinear"` (default), `"bicubic"` or `"lanczos"`, all without aliasing. */
  readonly interpolation?: Interpolation;
  /**
   * What becomes of pictures of other proportions: `"stretch"` (default) changes the proportions,
   * `"crop"` cuts off what is too much on both sides, in equal parts.
   */
  readonly fit?: "stretch" | "crop";
}

/** The readers of {@link ResizeImageOptions}, the same in training and in use, whichever function resizes. */
export const resizeOptions = () => ({
  interpolation: oneOf(INTERPOLATIONS, { default: "bilinear" }),
  fit: oneOf(["stretch", "crop"], { default: "stretch" }),
});

/** {@link ResizeImageOptions} that have been read. */
export type ResizeSettings = Settled<ReturnType<typeof resizeOptions>>;

/**
 * A picture of any size as an image of the given shape.
 *
 * Values are those of Pillow's `Image.resize` (and so of torchvision on Pillow images), bit for bit.
 * Three channels become one by ITU-R BT.601 luma as in Pillow, one becomes three by repetition, and
 * what a fourth or second channel makes transparent lies on white.
 * @param picture bytes 0..255 of 1 to 4 channels: grey, grey and alpha, RGB, RGB and alpha; the
 *   `ImageData` of a canvas, for example.
 * @param imageShape height and width, up to 65,536 each, and 1 or 3 channels of the result.
 * @returns `height * width * channels` bytes, NHWC order.
 * @throws {ArgumentError} if the picture's size does not fit its bytes, or an argument is out of range.
 * @throws {DataError} if the result is larger than the memory.
 */
export function resizeImage(
  picture: Pixels,
  imageShape: ImageShape,
  options: ResizeImageOptions = {},
): Uint8Array {
  const subject = "resizeImage";
  const shape = pictureShape()(imageShape, subject, "imageShape");
  const settings = readOptions(subject, options, resizeOptions());
  return resizePicture(subject, picture, shape, settings);
}

/** `resizeImage` for functions of other names, which have read the shape and the options. */
export function resizePicture(
  subject: string,
  picture: Pixels,
  shape: ImageShape,
  settings: ResizeSettings,
): Uint8Array {
  const { data, width, height, channels } = checkedPicture(subject, picture);
  const line = width * channels;
  const rows = (from: number, to: number): Uint8Array => data.subarray(from * line, to * line);
  return resizeRows({ width, height, channels, rows }, shape, settings);
}

/** The same for a picture that has been checked, and may come in strips. */
export function resizeRows(
  picture: PictureRows,
  [outHeight, outWidth, outChannels]: ImageShape,
  { interpolation, fit }: ResizeSettings,
): Uint8Array {
  const { width, height, channels } = picture;
  // Colours first, as one does with Pillow: convert("RGB"), then resize.
  const source: PictureRows = {
    width,
    height,
    channels: outChannels,
    rows: (from, to) => convertChannels(picture.rows(from, to), channels, outChannels as 1 | 3),
  };
  const whole = { x: { from: 0, length: width }, y: { from: 0, length: height } };
  const spans = fit === "crop" ? middle(width, height, outWidth / outHeight) : whole;
  return resample(source, spans, [outHeight, outWidth], interpolation);
}

/** The largest part in the middle of a picture whose width is `ratio` times its height. */
function middle(width: number, height: number, ratio: number): { x: Span; y: Span } {
  const centered = (size: number, length: number): Span => {
    // Pillow takes the edges of the part, and the distance between them, in single precision.
    const edge = (size - length) / 2;
    const from = Math.fround(edge);
    return { from, length: Math.fround(Math.fround(edge + length) - from) };
  };
  return {
    x: centered(width, Math.min(width, height * ratio)),
    y: centered(height, Math.min(height, width / ratio)),
  };
}

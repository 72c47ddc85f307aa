import { check, checkInteger, checkOneOf, checkOptions, describe } from "../checks.ts";
import type { ImageShape } from "./image-set.ts";
import {
  INTERPOLATIONS,
  resample,
  type Interpolation,
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

export const FITS = ["stretch", "crop"] as const;

/**
 * A picture of any size as an image of the given shape.
 *
 * Values are those of Pillow's `Image.resize` (and so of torchvision on Pillow images), bit for bit.
 * Three channels become one by ITU-R BT.601 luma as in Pillow, one becomes three by repetition, and a
 * fourth or second, the transparency, is left out.
 * @param picture bytes 0..255 of 1 to 4 channels: grey, grey and alpha, RGB, RGB and alpha.
 * @param imageShape height, width and 1 or 3 channels of the result.
 * @returns `height * width * channels` bytes, NHWC order.
 * @throws {ArgumentError} if the picture's size does not fit its bytes, or an argument is out of range.
 */
export function resizeImage(
  picture: Pixels,
  imageShape: ImageShape,
  options: ResizeImageOptions = {},
): Uint8Array {
  const subject = "resizeImage";
  checkPicture(subject, picture);
  checkPictureShape(subject, imageShape);
  checkOptions(subject, options, ["interpolation", "fit"]);
  const { interpolation = "bilinear", fit = "stretch" } = options;
  checkOneOf(subject, "interpolation", interpolation, INTERPOLATIONS);
  checkOneOf(subject, "fit", fit, FITS);
  const [height, width, channels] = imageShape;
  // Colours first, as one does with Pillow: convert("RGB"), then resize.
  const source = withChannels(picture, channels);
  const whole = {
    x: { from: 0, length: source.width },
    y: { from: 0, length: source.height },
  };
  const spans = fit === "crop" ? middle(source, width / height) : whole;
  const values = resample(source, spans, [height, width], interpolation);
  // A result of one's own even where there was nothing to do; `slice` of a Buffer would share.
  return values === picture.data ? new Uint8Array(values) : values;
}

/** Throws unless `imageShape` can be that of a picture. */
export function checkPictureShape(subject: string, imageShape: unknown): void {
  check(
    Array.isArray(imageShape) && imageShape.length === 3,
    subject,
    "imageShape to be [height, width, channels]",
    describe(imageShape),
    "pass e.g. [32, 32, 3]",
  );
  const [height, width, channels] = imageShape as unknown[];
  checkInteger(subject, "imageShape[0]", height, { min: 1 });
  checkInteger(subject, "imageShape[1]", width, { min: 1 });
  checkOneOf(subject, "imageShape[2]", channels, [1, 3]);
}

function checkPicture(subject: string, { data, width, height, channels }: Pixels): void {
  checkInteger(subject, "width", width, { min: 1 });
  checkInteger(subject, "height", height, { min: 1 });
  checkInteger(subject, "channels", channels, { min: 1, max: 4 });
  const size = width * height * channels;
  check(
    data instanceof Uint8Array && data.length === size,
    subject,
    `data to be ${size} bytes for ${height} x ${width} x ${channels}`,
    describe(data),
    "pass the decoded pixels",
  );
}

function withChannels(picture: Pixels, wanted: number): Pixels {
  const { data, width, height, channels } = picture;
  if (channels === wanted) return picture;
  const out = new Uint8Array(width * height * wanted);
  const isColour = channels > 2;
  for (let from = 0, to = 0; to < out.length; from += channels, to += wanted) {
    if (wanted === 3) {
      for (let c = 0; c < 3; c++) out[to + c] = data[from + (isColour ? c : 0)];
    } else if (isColour) {
      // 0.299 R + 0.587 G + 0.114 B in 16 bits of fraction.
      const luma = 19595 * data[from] + 38470 * data[from + 1] + 7471 * data[from + 2];
      out[to] = (luma + 0x8000) >> 16;
    } else {
      out[to] = data[from];
    }
  }
  return { data: out, width, height, channels: wanted };
}

/** The largest part in the middle of a picture whose width is `ratio` times its height. */
function middle({ width, height }: Pixels, ratio: number): { x: Span; y: Span } {
  const centered = (size: number, length: number): Span => {
    // Pillow takes the edges of the part in single precision.
    const from = Math.fround((size - length) / 2);
    return { from, length: Math.fround((size + length) / 2) - from };
  };
  return {
    x: centered(width, Math.min(width, height * ratio)),
    y: centered(height, Math.min(height, width / ratio)),
  };
}

import { check, describe } from "../../checks.ts";
import { asBytes } from "../../bytes/bytes.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";

/**
 * An image as floats: bytes of either kind converted, a Float32Array as it is.
 * @throws {ArgumentError} unless these are finite pixels of that shape.
 */
export function checkedImage(subject: string, image: unknown, shape: ImageShape): Float32Array {
  const size = shape[0] * shape[1] * shape[2];
  const bytes = asBytes(image);
  const pixels = bytes ? Float32Array.from(bytes) : image;
  check(
    pixels instanceof Float32Array && pixels.length === size,
    subject,
    `a Float32Array of ${size} pixels for a ${shape.join(" x ")} image`,
    describe(image),
    "pass one image, as floats or as bytes",
  );
  const stray = pixels.findIndex((value) => !Number.isFinite(value));
  check(
    stray === -1,
    subject,
    "every pixel to be a finite number",
    `${pixels[stray]} at index ${stray}`,
    "find out where it comes from: it would spread to its neighbours and into the loss",
  );
  return pixels;
}

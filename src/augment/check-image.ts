import { check, describe } from "../checks.ts";
import type { ImageShape } from "../dataset/image-set.ts";

/** Throws unless `image` is a Float32Array of finite pixels of that shape. */
export function checkImage(
  subject: string,
  image: unknown,
  shape: ImageShape,
): asserts image is Float32Array {
  const size = shape[0] * shape[1] * shape[2];
  check(
    image instanceof Float32Array && image.length === size,
    subject,
    `a Float32Array of ${size} pixels for a ${shape.join(" x ")} image`,
    describe(image),
    "pass one image; Float32Array.from(bytes) converts a byte image",
  );
  const stray = image.findIndex((value) => !Number.isFinite(value));
  check(
    stray === -1,
    subject,
    "every pixel to be a finite number",
    `${image[stray]} at index ${stray}`,
    "find out where it comes from: it would spread to its neighbours and into the loss",
  );
}

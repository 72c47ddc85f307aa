import { allocate } from "../bytes/allocate.ts";
import { check, describe } from "../checks.ts";
import { asBytes, type Bytes } from "../bytes/bytes.ts";

/** `x / 255` for every byte, rounded once to float32. */
const UNIT_RANGE = /* @__PURE__ */ Float32Array.from({ length: 256 }, (_, x) => x / 255);

/**
 * Pixels as floats: each byte divided by 255, rounded once to float32.
 * @param images bytes 0..255 in any layout; not modified.
 * @returns float32 in [0, 1], same length and layout.
 * @throws {ArgumentError} if `images` are not bytes.
 */
export function normalize(images: Bytes): Float32Array {
  check(
    asBytes(images) !== undefined,
    "normalize",
    "images to be bytes 0..255 in a Uint8Array",
    describe(images),
    "pass the raw pixels; floats are taken to be normalised already",
  );
  const out = allocate(Float32Array, images.length, {
    subject: "normalize",
    what: `${images.length} pixels as floats`,
    remedy: "normalize fewer images at a time; training and predict do it batch by batch",
  });
  for (let i = 0; i < images.length; i++) out[i] = UNIT_RANGE[images[i]];
  return out;
}

/**
 * Pillow's `ImageEnhance`: each pushes an image away from (factor above 1) or towards (below 1) a
 * duller version of itself. All work on bytes, return a new image, and leave it as it is at
 * factor 1. (Copies are made by `new`: `slice` of a Buffer of Node shares its memory.)
 */
import type { ImageShape } from "../../dataset/image-shape.ts";
import { blend } from "./blend.ts";
import { convertChannels } from "../../dataset/channels.ts";

/** Towards black. */
export function adjustBrightness(image: Uint8Array, factor: number): Uint8Array {
  const alpha = Math.fround(factor);
  return image.map((value) => blend(0, value, alpha));
}

/** Towards the mean grey of the image. */
export function adjustContrast(
  image: Uint8Array,
  [, , channels]: ImageShape,
  factor: number,
): Uint8Array {
  const grey = convertChannels(image, channels, 1);
  const mean = Math.floor(grey.reduce((sum, value) => sum + value, 0) / grey.length + 0.5);
  const alpha = Math.fround(factor);
  return image.map((value) => blend(mean, value, alpha));
}

/** Towards the image in grey. */
export function adjustSaturation(
  image: Uint8Array,
  [, , channels]: ImageShape,
  factor: number,
): Uint8Array {
  if (channels === 1) return new Uint8Array(image);
  const grey = convertChannels(image, channels, 1);
  const alpha = Math.fround(factor);
  return image.map((value, i) => blend(grey[Math.floor(i / 3)], value, alpha));
}

/** Towards the image smoothed over 3 x 3 pixels, the middle one weighing 5 of 13; not at its rim. */
export function adjustSharpness(
  image: Uint8Array,
  [height, width, channels]: ImageShape,
  factor: number,
): Uint8Array {
  const out = new Uint8Array(image);
  const alpha = Math.fround(factor);
  const rowSize = width * channels;
  for (let r = 1; r < height - 1; r++) {
    for (let i = r * rowSize + channels; i < (r + 1) * rowSize - channels; i++) {
      let sum = 4 * image[i];
      for (let row = i - rowSize; row <= i + rowSize; row += rowSize) {
        sum += image[row - channels] + image[row] + image[row + channels];
      }
      out[i] = blend(Math.floor(sum / 13 + 0.5), image[i], alpha);
    }
  }
  return out;
}

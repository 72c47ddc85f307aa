import type { ImageShape } from "../dataset/image-shape.ts";
import { toBase64 } from "../bytes/base64.ts";
import { encodePng } from "../bytes/encode-png.ts";

/** Longest side of an embedded image in pixels; larger ones are reduced, so that files stay small. */
const MAX_SIDE = 192;

/** An image as a `data:` URL of a PNG, reduced by averaging if a side is over 192 pixels. */
export function imageUrl(pixels: Uint8Array, shape: ImageShape): string {
  const factor = Math.ceil(Math.max(shape[0], shape[1]) / MAX_SIDE);
  const png = factor > 1 ? encodeReduced(pixels, shape, factor) : encodePng(pixels, shape);
  return `data:image/png;base64,${toBase64(png)}`;
}

/** Replaces every block of `factor` x `factor` pixels by its mean; blocks at the edges are smaller. */
function encodeReduced(
  pixels: Uint8Array,
  [height, width, channels]: ImageShape,
  factor: number,
): Uint8Array {
  const rows = Math.ceil(height / factor);
  const columns = Math.ceil(width / factor);
  const reduced = new Uint8Array(rows * columns * channels);
  for (let i = 0; i < reduced.length; i++) {
    const channel = i % channels;
    const left = (Math.floor(i / channels) % columns) * factor;
    const top = Math.floor(i / channels / columns) * factor;
    const bottom = Math.min(top + factor, height);
    const right = Math.min(left + factor, width);
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) sum += pixels[(y * width + x) * channels + channel];
    }
    reduced[i] = Math.round(sum / ((bottom - top) * (right - left)));
  }
  return encodePng(reduced, [rows, columns, channels]);
}

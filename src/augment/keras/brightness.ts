import { pixelRange } from "./pixel-range.ts";

/**
 * Multiplies an image's brightness in place, as Keras does by way of the Python Imaging Library:
 * the pixels are cut to whole numbers 0..255 first and again afterwards. An image that leaves
 * 0..255 is stretched to that range for the purpose and shrunk back. With four channels the last
 * is alpha and keeps its value.
 * @param factor 0 gives black, 1 the image itself (cut to whole numbers); above 1 brightens.
 */
export function applyBrightness(
  pixels: Float32Array,
  at: number,
  size: number,
  channels: number,
  factor: number,
): void {
  const { fround } = Math;
  const { low, high } = pixelRange(pixels, at, size);
  const stretched = low < 0 || high > 255;
  const range = fround(high - low);
  const brightened = brightenedBytes(factor);
  const alpha = channels === 4 ? 3 : -1;
  for (let i = at; i < at + size; i++) {
    const byte = (stretched ? stretch(fround(pixels[i] - low), range) : pixels[i]) | 0;
    const changed = ((i - at) & 3) === alpha ? byte : brightened[byte];
    pixels[i] = stretched ? fround(fround(changed / 255) * range) + low : changed;
  }
}

/** What becomes of each byte; products in float32, cut to whole numbers. */
function brightenedBytes(factor: number): Uint8Array {
  const blend = Math.fround(factor);
  return Uint8Array.from({ length: 256 }, (_, byte) =>
    Math.min(255, Math.max(0, Math.fround(blend * byte))),
  );
}

/** An offset from the lowest value as a part of the range, in 0..255. */
function stretch(offset: number, range: number): number {
  const part = range === 0 ? offset : Math.fround(offset / range);
  return Math.fround(part * 255);
}

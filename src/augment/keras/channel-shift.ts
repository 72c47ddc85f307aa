import { pixelRange } from "./pixel-range.ts";

/**
 * Adds `intensity` to every value of the image at `pixels[at ... at + size - 1]` and clips to the
 * range that the image had before; in place, in float32 arithmetic, as Keras does.
 */
export function applyChannelShift(
  pixels: Float32Array,
  at: number,
  size: number,
  intensity: number,
): void {
  const { low, high } = pixelRange(pixels, at, size);
  const step = Math.fround(intensity);
  for (let i = at; i < at + size; i++) {
    const value = pixels[i] + step;
    pixels[i] = value < low ? low : value > high ? high : value;
  }
}

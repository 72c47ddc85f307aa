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
  let low = Infinity;
  let high = -Infinity;
  for (let i = at; i < at + size; i++) {
    low = Math.min(low, pixels[i]);
    high = Math.max(high, pixels[i]);
  }
  const stretched = low < 0 || high > 255;
  const range = fround(high - low);
  const blend = fround(factor);
  for (let i = at; i < at + size; i++) {
    const value = stretched ? stretch(fround(pixels[i] - low), range) : pixels[i];
    const byte = Math.trunc(value);
    const isAlpha = channels === 4 && (i - at) % 4 === 3;
    const changed = isAlpha ? byte : Math.trunc(Math.min(255, Math.max(0, fround(blend * byte))));
    pixels[i] = stretched ? fround(fround(changed / 255) * range) + low : changed;
  }
}

/** An offset from the lowest value as a part of the range, in 0..255. */
function stretch(offset: number, range: number): number {
  const part = range === 0 ? offset : Math.fround(offset / range);
  return Math.fround(part * 255);
}

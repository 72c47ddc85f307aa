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
  let low = Infinity;
  let high = -Infinity;
  for (let i = at; i < at + size; i++) {
    low = Math.min(low, pixels[i]);
    high = Math.max(high, pixels[i]);
  }
  const step = Math.fround(intensity);
  for (let i = at; i < at + size; i++) {
    pixels[i] = Math.min(high, Math.max(low, pixels[i] + step));
  }
}

/** The lowest and the highest of the values at `pixels[at ... at + size - 1]`. */
export function pixelRange(
  pixels: Float32Array,
  at: number,
  size: number,
): { readonly low: number; readonly high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (let i = at; i < at + size; i++) {
    const value = pixels[i];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

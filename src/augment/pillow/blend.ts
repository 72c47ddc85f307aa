/**
 * What Pillow's `Image.blend` makes of two bytes: `from` at factor 0, `to` at 1, beyond both outside
 * of [0, 1]; in float32 arithmetic, cut to a whole number in 0..255.
 * @param factor rounded to float32 already.
 */
export function blend(from: number, to: number, factor: number): number {
  const value = Math.fround(from + Math.fround(factor * (to - from)));
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
}

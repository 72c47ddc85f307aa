import { axisWeights, type AxisWeights } from "./resample.ts";

/**
 * Images of float32 values at another size: bilinear, without aliasing where they shrink, each value a
 * weighted mean. What PyTorch's `interpolate(mode="bilinear", antialias=True)` and `tf.image.resize` with
 * `antialias=True` give, up to rounding.
 * @param images `[n, height, width, channels]`; stay as they are.
 * @returns `[n, outHeight, outWidth, channels]`.
 */
export function resampleFloats(
  images: Float32Array,
  [n, height, width, channels]: readonly [number, number, number, number],
  [outHeight, outWidth]: readonly [height: number, width: number],
): Float32Array<ArrayBuffer> {
  const line = width * channels;
  const rows = new Float32Array(n * outHeight * line);
  along(images, rows, axisWeights(height, outHeight), { lines: n, length: height, step: line });
  const out = new Float32Array(n * outHeight * outWidth * channels);
  const columns = { lines: n * outHeight, length: width, step: channels };
  along(rows, out, axisWeights(width, outWidth), columns);
  return out;
}

/** Weighs along an axis of `length` values, of which neighbours are `step` values apart. */
function along(
  data: Float32Array,
  out: Float32Array,
  axis: readonly AxisWeights[],
  { lines, length, step }: { lines: number; length: number; step: number },
): void {
  let to = 0;
  for (let line = 0; line < lines; line++) {
    for (const { first, weights } of axis) {
      const from = (line * length + first) * step;
      for (let i = 0; i < step; i++, to++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * data[from + k * step + i];
        out[to] = sum;
      }
    }
  }
}

import type { ImageShape } from "../dataset/image-set.ts";
import type { AffineMatrix } from "./affine-matrix.ts";
import type { WarpOptions, WarpTarget } from "./affine-warp.ts";
import { AxisTaps, OUTSIDE } from "./axis-taps.ts";
import type { Transform } from "./transform.ts";

/** Warps an image with any number of channels by any matrix, pixel by pixel. */
export function warpGeneral(
  [height, width, channels]: ImageShape,
  { rr, rc, r0, cr, cc, c0 }: AffineMatrix,
  { flipHorizontal, flipVertical }: Transform,
  { fillMode, interpolationOrder, cval }: WarpOptions,
  { source, from, out, to, scale }: WarpTarget,
): void {
  const fill = Math.fround(cval) * scale;
  const row = new AxisTaps();
  const column = new AxisTaps();
  for (let i = 0; i < height; i++) {
    const outRow = to + (flipVertical ? height - 1 - i : i) * width * channels;
    for (let j = 0; j < width; j++) {
      const at = outRow + (flipHorizontal ? width - 1 - j : j) * channels;
      row.locate(rr * i + rc * j + r0, height, fillMode, interpolationOrder);
      column.locate(cr * i + cc * j + c0, width, fillMode, interpolationOrder);
      if (row.first === OUTSIDE || column.first === OUTSIDE) {
        for (let c = 0; c < channels; c++) out[at + c] = fill;
        continue;
      }
      const { firstWeight: upperWeight, secondWeight: lowerWeight } = row;
      const { firstWeight: leftWeight, secondWeight: rightWeight } = column;
      const upperLeft = from + (row.first * width + column.first) * channels;
      const upperRight = from + (row.first * width + column.second) * channels;
      const lowerLeft = from + (row.second * width + column.first) * channels;
      const lowerRight = from + (row.second * width + column.second) * channels;
      for (let c = 0; c < channels; c++) {
        const value =
          source[upperLeft + c] * upperWeight * leftWeight +
          source[upperRight + c] * upperWeight * rightWeight +
          source[lowerLeft + c] * lowerWeight * leftWeight +
          source[lowerRight + c] * lowerWeight * rightWeight;
        out[at + c] = Math.fround(value) * scale;
      }
    }
  }
}

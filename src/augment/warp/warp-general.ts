import type { ImageShape } from "../../dataset/image-shape.ts";
import type { AffineMatrix } from "./affine-matrix.ts";
import type { WarpOptions, WarpTarget } from "./warp-target.ts";
import { AxisTaps, OUTSIDE } from "./axis-taps.ts";
import type { Transform } from "../keras/transform.ts";

/** Warps an image with any number of channels by any matrix, pixel by pixel. */
export function warpGeneral(
  [height, width, channels]: ImageShape,
  { rr, rc, r0, cr, cc, c0 }: AffineMatrix,
  { flipHorizontal, flipVertical }: Transform,
  { fillMode, interpolationOrder, cval }: WarpOptions,
  { source, from, out, to, scale }: WarpTarget,
): void {
  const fill = Math.fround(cval) * scale;
  const linear = interpolationOrder === 1;
  const rowSize = width * channels;
  const step = flipHorizontal ? -channels : channels;
  const row = new AxisTaps();
  const column = new AxisTaps();
  for (let i = 0; i < height; i++) {
    const outRow = to + (flipVertical ? height - 1 - i : i) * rowSize;
    let at = flipHorizontal ? outRow + rowSize - channels : outRow;
    for (let j = 0; j < width; j++, at += step) {
      const r = rr * i + rc * j + r0;
      const c = cr * i + cc * j + c0;
      let upperLeft: number;
      let upperRight: number;
      let lowerLeft: number;
      let lowerRight: number;
      let upperWeight: number;
      let leftWeight: number;
      if (linear && r >= 0 && r < height - 1 && c >= 0 && c < width - 1) {
        // What the taps would say of a place well inside, without the detour.
        upperWeight = 1 - (r - Math.floor(r));
        leftWeight = 1 - (c - Math.floor(c));
        upperLeft = from + Math.floor(r) * rowSize + Math.floor(c) * channels;
        upperRight = upperLeft + channels;
        lowerLeft = upperLeft + rowSize;
        lowerRight = lowerLeft + channels;
      } else {
        row.locate(r, height, fillMode, interpolationOrder);
        column.locate(c, width, fillMode, interpolationOrder);
        if (row.first === OUTSIDE || column.first === OUTSIDE) {
          for (let k = 0; k < channels; k++) out[at + k] = fill;
          continue;
        }
        upperWeight = row.firstWeight;
        leftWeight = column.firstWeight;
        upperLeft = from + row.first * rowSize + column.first * channels;
        upperRight = from + row.first * rowSize + column.second * channels;
        lowerLeft = from + row.second * rowSize + column.first * channels;
        lowerRight = from + row.second * rowSize + column.second * channels;
      }
      const lowerWeight = 1 - upperWeight;
      const rightWeight = 1 - leftWeight;
      for (let k = 0; k < channels; k++) {
        const value =
          source[upperLeft + k] * upperWeight * leftWeight +
          source[upperRight + k] * upperWeight * rightWeight +
          source[lowerLeft + k] * lowerWeight * leftWeight +
          source[lowerRight + k] * lowerWeight * rightWeight;
        out[at + k] = Math.fround(value) * scale;
      }
    }
  }
}

import type { WarpTarget } from "./warp-target.ts";
import { OUTSIDE, type LineTaps } from "./axis-taps.ts";
import type { Transform } from "../keras/transform.ts";

/**
 * Warps a three-channel image by a transform that does not mix the axes: rows and columns have
 * their taps beforehand. Along a row the right neighbour of one pixel is mostly the left neighbour
 * of the next, so it is kept in variables, already weighted by its row: that halves the reading.
 */
export function warpAxisAligned(
  rows: LineTaps,
  columns: LineTaps,
  { flipHorizontal, flipVertical }: Transform,
  cval: number,
  { source, from, out, to, scale }: WarpTarget,
): void {
  const height = rows.size;
  const width = columns.size;
  const { first, second, firstWeight, secondWeight } = columns;
  const rowSize = width * 3;
  const fill = Math.fround(cval) * scale;
  const step = flipHorizontal ? -3 : 3;
  for (let i = 0; i < height; i++) {
    const outRow = to + (flipVertical ? height - 1 - i : i) * rowSize;
    if (rows.first[i] === OUTSIDE) {
      out.fill(fill, outRow, outRow + rowSize);
      continue;
    }
    const upper = from + rows.first[i] * rowSize;
    const lower = from + rows.second[i] * rowSize;
    const upperWeight = rows.firstWeight[i];
    const lowerWeight = rows.secondWeight[i];
    let at = flipHorizontal ? outRow + rowSize - 3 : outRow;
    // Red, green and blue of the pixels to the upper left (ul), lower left, upper and lower right.
    let ul0 = 0;
    let ul1 = 0;
    let ul2 = 0;
    let ll0 = 0;
    let ll1 = 0;
    let ll2 = 0;
    let held = -1;
    for (let j = 0; j < width; j++, at += step) {
      const left = first[j];
      if (left === OUTSIDE) {
        out[at] = fill;
        out[at + 1] = fill;
        out[at + 2] = fill;
        continue;
      }
      if (left !== held) {
        const u = upper + left * 3;
        const l = lower + left * 3;
        ul0 = source[u] * upperWeight;
        ul1 = source[u + 1] * upperWeight;
        ul2 = source[u + 2] * upperWeight;
        ll0 = source[l] * lowerWeight;
        ll1 = source[l + 1] * lowerWeight;
        ll2 = source[l + 2] * lowerWeight;
      }
      const right = second[j];
      const leftWeight = firstWeight[j];
      const rightWeight = secondWeight[j];
      const u = upper + right * 3;
      const l = lower + right * 3;
      const ur0 = source[u] * upperWeight;
      const ur1 = source[u + 1] * upperWeight;
      const ur2 = source[u + 2] * upperWeight;
      const lr0 = source[l] * lowerWeight;
      const lr1 = source[l + 1] * lowerWeight;
      const lr2 = source[l + 2] * lowerWeight;
      const red = ul0 * leftWeight + ur0 * rightWeight + ll0 * leftWeight + lr0 * rightWeight;
      const green = ul1 * leftWeight + ur1 * rightWeight + ll1 * leftWeight + lr1 * rightWeight;
      const blue = ul2 * leftWeight + ur2 * rightWeight + ll2 * leftWeight + lr2 * rightWeight;
      out[at] = Math.fround(red) * scale;
      out[at + 1] = Math.fround(green) * scale;
      out[at + 2] = Math.fround(blue) * scale;
      ul0 = ur0;
      ul1 = ur1;
      ul2 = ur2;
      ll0 = lr0;
      ll1 = lr1;
      ll2 = lr2;
      held = right;
    }
  }
}

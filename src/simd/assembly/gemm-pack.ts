/**
 * Packs the right-hand matrix of a product into panels: 8 columns, all rows one after the other, 32
 * bytes each, so that the inner loop reads one stream. Columns beyond the last hold arbitrary
 * values.
 */

import { touch } from "./gemm-cache";

/**
 * Rows [0, depth) of `columns` columns at `b`, whose rows are `ldb` bytes apart, into panels that
 * are `panelBytes` apart. Row by row, so that every cache line is read once even if rows share
 * cache sets.
 */
export function packColumns(
  depth: i32,
  columns: i32,
  b: usize,
  ldb: usize,
  panels: usize,
  panelBytes: usize,
): void {
  for (let k = 0; k < depth; k++) {
    if ((k & 15) == 0) touch(min(16, depth - k), b, ldb, <usize>columns << 2, panels);
    let from = b;
    let to = panels;
    for (let j = 0; j < columns; j += 8) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += 32;
      to += panelBytes;
    }
    b += ldb;
    panels += 32;
  }
}

/** Transposes 4 x 4 floats; the rows of the result are 32 bytes apart. */
// @ts-ignore: decorator
@inline
function transpose4(r0: v128, r1: v128, r2: v128, r3: v128, to: usize): void {
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
  v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
  v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
}

/**
 * The same where each column is contiguous and columns are `ldb` bytes apart. Of `columns` there
 * are at least 1; beyond the last column that one is read again.
 */
export function packRows(depth: i32, columns: i32, b: usize, ldb: usize, panel: usize): void {
  for (let half: usize = 0; half < 2; half++) {
    const first = min(<i32>half * 4, columns - 1);
    const c0 = b + <usize>first * ldb;
    const c1 = b + <usize>min(first + 1, columns - 1) * ldb;
    const c2 = b + <usize>min(first + 2, columns - 1) * ldb;
    const c3 = b + <usize>min(first + 3, columns - 1) * ldb;
    let to = panel + half * 16;
    let at: usize = 0;
    for (let k = 4; k <= depth; k += 4) {
      const r0 = v128.load(c0 + at);
      const r1 = v128.load(c1 + at);
      const r2 = v128.load(c2 + at);
      transpose4(r0, r1, r2, v128.load(c3 + at), to);
      at += 16;
      to += 128;
    }
    for (let k = depth & 3; k > 0; k--) {
      let row = v128.load32_zero(c0 + at);
      row = v128.load32_lane(c1 + at, row, 1);
      row = v128.load32_lane(c2 + at, row, 2);
      v128.store(to, v128.load32_lane(c3 + at, row, 3));
      at += 4;
      to += 32;
    }
  }
}

/**
 * Products of a few rows with a matrix, as of one sample with a dense layer's kernel. The matrix is read
 * once, in the order in which it lies in memory; packing it would cost as much as the product.
 */
import { activateRows, floorOf, isMoreThanFloor } from "./epilogue";
import { FewRowsWords } from "./words.generated";
import { firstLanes, madd, storeFirst, sumLanes } from "./vector";

/** Columns that stay in the first-level cache with four rows of B. */
const COLUMNS: i32 = 256;

/** Adds a0 b0 + .. + a3 b3 to `columns` elements of c; `adds`: c counts. */
// @ts-ignore: decorator
@inline
function addRows(
  adds: bool,
  a: usize,
  b0: usize,
  b1: usize,
  b2: usize,
  b3: usize,
  c: usize,
  columns: i32,
): void {
  const a0 = v128.load32_splat(a);
  const a1 = v128.load32_splat(a, 4);
  const a2 = v128.load32_splat(a, 8);
  const a3 = v128.load32_splat(a, 12);
  for (let left = columns; left > 0; left -= 4) {
    let sum = adds ? v128.load(c) : f32x4.splat(0);
    sum = madd(v128.load(b0), a0, sum);
    sum = madd(v128.load(b1), a1, sum);
    sum = madd(v128.load(b2), a2, sum);
    sum = madd(v128.load(b3), a3, sum);
    storeFirst(c, sum, left);
    b0 += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
    c += 16;
  }
}

// @ts-ignore: decorator
@inline
function addRow(adds: bool, a: usize, b: usize, c: usize, columns: i32): void {
  const a0 = v128.load32_splat(a);
  for (let left = columns; left > 0; left -= 4) {
    const sum = adds ? v128.load(c) : f32x4.splat(0);
    storeFirst(c, madd(v128.load(b), a0, sum), left);
    b += 16;
    c += 16;
  }
}

/** partial[chunk] = A B over the rows of B of one chunk. Tasks: chunks of k. */
export function few_rows_f32(task: i32, words: FewRowsWords, scratch: usize): void {
  const m = words.m;
  const n = words.n;
  const ldb = <usize>n << 2;
  const lda = <usize>words.k << 2;
  const begin = task * words.perTask;
  const end = min(words.k, begin + words.perTask);
  const c = words.c + <usize>task * <usize>m * ldb;
  const b = words.b + <usize>begin * ldb;
  const a = words.a + (<usize>begin << 2);
  const depth = end - begin;
  const whole = depth & ~3;
  for (let j = 0; j < n; j += COLUMNS) {
    const columns = min(COLUMNS, n - j);
    const at = <usize>j << 2;
    for (let k = 0; k < whole; k += 4) {
      const b0 = b + <usize>k * ldb + at;
      const b1 = b0 + ldb;
      const b2 = b1 + ldb;
      const b3 = b2 + ldb;
      for (let i = 0; i < m; i++) {
        const from = a + <usize>i * lda + (<usize>k << 2);
        const to = c + <usize>i * ldb + at;
        if (k > 0) addRows(true, from, b0, b1, b2, b3, to, columns);
        else addRows(false, from, b0, b1, b2, b3, to, columns);
      }
    }
    for (let k = whole; k < depth; k++) {
      for (let i = 0; i < m; i++) {
        const from = a + <usize>i * lda + (<usize>k << 2);
        const row = b + <usize>k * ldb + at;
        const to = c + <usize>i * ldb + at;
        if (k > 0) addRow(true, from, row, to, columns);
        else addRow(false, from, row, to, columns);
      }
    }
  }
}

/** C = A B' (+ bias, then an activation), B' of the rows of B of one task. Tasks: blocks of rows of B. */
export function few_rows_transposed_f32(task: i32, words: FewRowsWords, scratch: usize): void {
  const m = words.m;
  const n = words.n;
  const k = words.k;
  const row = <usize>k << 2;
  const whole = k & ~3;
  const rest = firstLanes(k - whole);
  const begin = task * words.perTask;
  const end = min(n, begin + words.perTask);
  const bias = words.bias;
  const floor = f32x4.splat(floorOf(words.activation));
  for (let j = begin; j < end; j += 4) {
    // Beyond the last row that one is read again.
    const b0 = words.b + <usize>j * row;
    const b1 = words.b + <usize>min(j + 1, end - 1) * row;
    const b2 = words.b + <usize>min(j + 2, end - 1) * row;
    const b3 = words.b + <usize>min(j + 3, end - 1) * row;
    for (let i = 0; i < m; i++) {
      const a = words.a + <usize>i * row;
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      let at: usize = 0;
      for (let kk = 0; kk < whole; kk += 4) {
        const x = v128.load(a + at);
        s0 = madd(x, v128.load(b0 + at), s0);
        s1 = madd(x, v128.load(b1 + at), s1);
        s2 = madd(x, v128.load(b2 + at), s2);
        s3 = madd(x, v128.load(b3 + at), s3);
        at += 16;
      }
      if (whole < k) {
        const x = v128.and(v128.load(a + at), rest);
        s0 = madd(x, v128.and(v128.load(b0 + at), rest), s0);
        s1 = madd(x, v128.and(v128.load(b1 + at), rest), s1);
        s2 = madd(x, v128.and(v128.load(b2 + at), rest), s2);
        s3 = madd(x, v128.and(v128.load(b3 + at), rest), s3);
      }
      let sums = f32x4(sumLanes(s0), sumLanes(s1), sumLanes(s2), sumLanes(s3));
      if (bias) sums = f32x4.add(sums, v128.load(bias + (<usize>j << 2)));
      sums = f32x4.pmax(sums, floor);
      storeFirst(words.c + (<usize>(i * n + j) << 2), sums, end - j);
    }
  }
  if (isMoreThanFloor(words.activation)) {
    const first = <usize>begin << 2;
    const slopes = words.slopes + first;
    activateRows(words.activation, m, end - begin, words.c + first, <usize>n << 2, slopes, scratch);
  }
}

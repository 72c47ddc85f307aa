/**
 * Products of a few rows with a matrix, as of one sample with a dense layer's kernel. The matrix is read
 * once, in the order in which it lies in memory; packing it would cost as much as the product.
 */
import { activateRows, floorOf, isMoreThanFloor } from "./epilogue";
import { FewRowsWords } from "./words.generated";
import { firstLanes, madd, storeFirst, sumLanes } from "./vector";

/** Rows of B that are read side by side. */
const DEPTH: i32 = 8;
/** Columns of them that stay in the first-level cache. */
const COLUMNS: i32 = 256;

/** Adds the product of 8 elements of a and 8 rows of B to a row of c; `adds`: c counts already. */
// @ts-ignore: decorator
@inline
function addEight(adds: bool, a: usize, b: usize, ldb: usize, c: usize, columns: i32): void {
  const a0 = v128.load32_splat(a);
  const a1 = v128.load32_splat(a, 4);
  const a2 = v128.load32_splat(a, 8);
  const a3 = v128.load32_splat(a, 12);
  const a4 = v128.load32_splat(a, 16);
  const a5 = v128.load32_splat(a, 20);
  const a6 = v128.load32_splat(a, 24);
  const a7 = v128.load32_splat(a, 28);
  let b4 = b + 4 * ldb;
  for (let left = columns; left > 0; left -= 4) {
    let sum = adds ? v128.load(c) : f32x4.splat(0);
    let other = f32x4.mul(v128.load(b4), a4);
    sum = madd(v128.load(b), a0, sum);
    other = madd(v128.load(b4 + ldb), a5, other);
    sum = madd(v128.load(b + ldb), a1, sum);
    other = madd(v128.load(b4 + 2 * ldb), a6, other);
    sum = madd(v128.load(b + 2 * ldb), a2, sum);
    other = madd(v128.load(b4 + 3 * ldb), a7, other);
    sum = madd(v128.load(b + 3 * ldb), a3, sum);
    storeFirst(c, f32x4.add(sum, other), left);
    b += 16;
    b4 += 16;
    c += 16;
  }
}

/** The same of 4 elements of two rows of a, which lie `lda` bytes apart, and 4 rows of B. */
// @ts-ignore: decorator
@inline
function addTwiceFour(
  adds: bool,
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  c: usize,
  columns: i32,
): void {
  const a0 = v128.load32_splat(a);
  const a1 = v128.load32_splat(a, 4);
  const a2 = v128.load32_splat(a, 8);
  const a3 = v128.load32_splat(a, 12);
  const z0 = v128.load32_splat(a + lda);
  const z1 = v128.load32_splat(a + lda, 4);
  const z2 = v128.load32_splat(a + lda, 8);
  const z3 = v128.load32_splat(a + lda, 12);
  for (let left = columns; left > 0; left -= 8) {
    const d = c + ldb;
    const zero = f32x4.splat(0);
    let c0 = adds ? v128.load(c) : zero;
    let c1 = adds ? v128.load(c, 16) : zero;
    let d0 = adds ? v128.load(d) : zero;
    let d1 = adds ? v128.load(d, 16) : zero;
    let from = b;
    let b0 = v128.load(from);
    let b1 = v128.load(from, 16);
    c0 = madd(b0, a0, c0);
    c1 = madd(b1, a0, c1);
    d0 = madd(b0, z0, d0);
    d1 = madd(b1, z0, d1);
    from += ldb;
    b0 = v128.load(from);
    b1 = v128.load(from, 16);
    c0 = madd(b0, a1, c0);
    c1 = madd(b1, a1, c1);
    d0 = madd(b0, z1, d0);
    d1 = madd(b1, z1, d1);
    from += ldb;
    b0 = v128.load(from);
    b1 = v128.load(from, 16);
    c0 = madd(b0, a2, c0);
    c1 = madd(b1, a2, c1);
    d0 = madd(b0, z2, d0);
    d1 = madd(b1, z2, d1);
    from += ldb;
    b0 = v128.load(from);
    b1 = v128.load(from, 16);
    c0 = madd(b0, a3, c0);
    c1 = madd(b1, a3, c1);
    d0 = madd(b0, z3, d0);
    d1 = madd(b1, z3, d1);
    storeFirst(c, c0, left);
    storeFirst(d, d0, left);
    if (left > 4) {
      storeFirst(c + 16, c1, left - 4);
      storeFirst(d + 16, d1, left - 4);
    }
    b += 32;
    c += 32;
  }
}

/** The same of one element and one row. */
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
  const target = words.c + <usize>task * <usize>m * ldb;
  const whole = end - DEPTH;
  for (let k = begin; k < end; ) {
    const deep = k <= whole;
    const adds = k > begin;
    for (let j = 0; j < n; j += COLUMNS) {
      const columns = min(COLUMNS, n - j);
      let a = words.a + (<usize>k << 2);
      const b = words.b + <usize>k * ldb + (<usize>j << 2);
      let c = target + (<usize>j << 2);
      let left = m;
      for (; deep && left >= 2; left -= 2) {
        if (adds) addTwiceFour(true, a, lda, b, ldb, c, columns);
        else addTwiceFour(false, a, lda, b, ldb, c, columns);
        addTwiceFour(true, a + 16, lda, b + 4 * ldb, ldb, c, columns);
        a += 2 * lda;
        c += 2 * ldb;
      }
      for (; left > 0; left--) {
        if (deep) {
          if (adds) addEight(true, a, b, ldb, c, columns);
          else addEight(false, a, b, ldb, c, columns);
        } else if (adds) addRow(true, a, b, c, columns);
        else addRow(false, a, b, c, columns);
        a += lda;
        c += ldb;
      }
    }
    k += deep ? DEPTH : 1;
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

/** Kernels that move elements without computing: strided copies, transposes, gathers, one-hot. */
import { float, int, ptr } from "./task";
import { storeFirst } from "./vector";

/**
 * Copies `n` elements to consecutive places, from places `step` bytes apart: 4, 0 (repeats one
 * element) or any other number, also negative.
 */
// @ts-ignore: decorator
@inline
function copyRun(from: usize, step: i32, to: usize, n: i32): void {
  if (step == 4) {
    for (; n >= 4; n -= 4) {
      v128.store(to, v128.load(from));
      from += 16;
      to += 16;
    }
    storeFirst(to, v128.load(from), n);
  } else if (step == 0) {
    const value = v128.load32_splat(from);
    for (; n >= 4; n -= 4) {
      v128.store(to, value);
      to += 16;
    }
    storeFirst(to, value, n);
  } else {
    for (; n > 0; n--) {
      store<u32>(to, load<u32>(from));
      from += step;
      to += 4;
    }
  }
}

/**
 * Copies a block of 4-byte elements between two strided layouts. Words: from, to, length, elements
 * a task, inner, stride of the source along the inner dimension (that of the target is 1), number of
 * outer dimensions, then for each of these, innermost first: its size and its strides in the source
 * and the target (elements; those of the source may be negative).
 */
export function copy_32(task: i32, params: usize, scratch: usize): void {
  const block = int(params, 3);
  const inner = int(params, 4);
  const step = int(params, 5) << 2;
  const outer = int(params, 6);
  let begin = task * block;
  const end = min(begin + block, int(params, 2));
  let row = begin / inner;
  let column = begin - row * inner;
  while (begin < end) {
    let from = ptr(params, 0) + <usize>(column * step);
    let to = ptr(params, 1) + (<usize>column << 2);
    let rest = row;
    for (let d = 0, word: usize = 7; d < outer; d++, word += 3) {
      const size = int(params, word);
      const next = rest / size;
      const index = rest - next * size;
      from += <usize>(index * int(params, word + 1)) << 2;
      to += <usize>(index * int(params, word + 2)) << 2;
      rest = next;
    }
    const n = min(inner - column, end - begin);
    copyRun(from, step, to, n);
    begin += n;
    row++;
    column = 0;
  }
}

/** Rows of the source that one task of a transpose covers: a cache line of the source each. */
const STRIPE: i32 = 16;

/**
 * Transposes 4-byte elements where the innermost dimension changes. Every task does a stripe of one
 * 2-D transpose: source [n, p] with rows `fromStride` apart to target [p, n] with rows `toStride`
 * apart. Words: from, to, n, p, fromStride, toStride, stripes of p, number of outer dimensions, then
 * for each of these: its size and its strides in the source and the target (all in elements).
 */
export function transpose_32(task: i32, params: usize, scratch: usize): void {
  const n = int(params, 2);
  const p = int(params, 3);
  const fromStride = <usize>int(params, 4) << 2;
  const toStride = <usize>int(params, 5) << 2;
  const stripes = int(params, 6);
  const outer = int(params, 7);
  let rest = task / stripes;
  const first = (task - rest * stripes) * STRIPE;
  const last = min(first + STRIPE, p);
  let from = ptr(params, 0);
  let to = ptr(params, 1);
  for (let d = 0, word: usize = 8; d < outer; d++, word += 3) {
    const size = int(params, word);
    const next = rest / size;
    const index = rest - next * size;
    from += <usize>(index * int(params, word + 1)) << 2;
    to += <usize>(index * int(params, word + 2)) << 2;
    rest = next;
  }
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    for (let j = first; j < last; j += 4) {
      // Loads may overrun a row; the rows that come of it are not stored.
      const at = from + <usize>i * fromStride + (<usize>j << 2);
      const a = v128.load(at);
      const b = v128.load(at + fromStride);
      const c = v128.load(at + 2 * fromStride);
      const d = v128.load(at + 3 * fromStride);
      const ab01 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
      const ab23 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
      const cd01 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
      const cd23 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
      let row = to + <usize>j * toStride + (<usize>i << 2);
      v128.store(row, v128.shuffle<i64>(ab01, cd01, 0, 2));
      if (j + 1 < last) v128.store(row + toStride, v128.shuffle<i64>(ab01, cd01, 1, 3));
      row += 2 * toStride;
      if (j + 2 < last) v128.store(row, v128.shuffle<i64>(ab23, cd23, 0, 2));
      if (j + 3 < last) v128.store(row + toStride, v128.shuffle<i64>(ab23, cd23, 1, 3));
    }
  }
  for (; i < n; i++) {
    for (let j = first; j < last; j++) {
      const value = load<u32>(from + <usize>i * fromStride + (<usize>j << 2));
      store<u32>(to + <usize>j * toStride + (<usize>i << 2), value);
    }
  }
}

/**
 * Copies slices of 4-byte elements by index: out[b, o, i] = x[b, o, indices[b, i]]. Words: x,
 * indices, out, number of slices in out, slices a task, outer, indices a batch, dimension that is
 * indexed, length of a slice.
 */
export function gather_32(task: i32, params: usize, scratch: usize): void {
  const perTask = int(params, 4);
  const outer = int(params, 5);
  const count = int(params, 6);
  const dimension = int(params, 7);
  const slice = int(params, 8);
  const end = min((task + 1) * perTask, int(params, 3));
  for (let row = task * perTask; row < end; row++) {
    const group = row / count;
    const batch = group / outer;
    const at = batch * count + (row - group * count);
    const index = load<i32>(ptr(params, 1) + (<usize>at << 2));
    const from = ptr(params, 0) + (<usize>(group * dimension + index) * <usize>slice << 2);
    copyRun(from, 4, ptr(params, 2) + (<usize>row * <usize>slice << 2), slice);
  }
}

/**
 * out[i, j] = j == indices[i] ? on : off. Words: indices, out, number of indices, indices a task,
 * depth, on, off.
 */
export function one_hot_f32(task: i32, params: usize, scratch: usize): void {
  const perTask = int(params, 3);
  const depth = int(params, 4);
  const end = min((task + 1) * perTask, int(params, 2));
  v128.store(scratch, f32x4.splat(float(params, 6)));
  for (let row = task * perTask; row < end; row++) {
    const to = ptr(params, 1) + (<usize>row * <usize>depth << 2);
    copyRun(scratch, 0, to, depth);
    const index = load<i32>(ptr(params, 0) + (<usize>row << 2));
    if (index >= 0 && index < depth) store<f32>(to + (<usize>index << 2), float(params, 5));
  }
}

/** Kernels that move elements without computing: strided copies, transposes, gathers, one-hot. */
import { CopyWords, GatherWords, OneHotWords, STRIPE, TransposeWords } from "./words.generated";
import { storeFirst } from "./vector";

/** From so many elements on the engine's own copy, of wider vectors, is faster. */
const LONG_RUN = 1024;

/**
 * Copies `n` elements to consecutive places, from places `step` bytes apart: 4, 0 (repeats one
 * element) or any other number, also negative.
 */
// @ts-ignore: decorator
@inline
function copyRun(from: usize, step: i32, to: usize, n: i32): void {
  if (step == 4 && n >= LONG_RUN) {
    memory.copy(to, from, <usize>n << 2);
  } else if (step == 4) {
    for (; n >= 16; n -= 16) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      v128.store(to, v128.load(from, 32), 32);
      v128.store(to, v128.load(from, 48), 48);
      from += 64;
      to += 64;
    }
    for (; n > 0; n -= 4) {
      storeFirst(to, v128.load(from), n);
      from += 16;
      to += 16;
    }
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

/** The same for bytes. */
// @ts-ignore: decorator
@inline
function copyBytes(from: usize, step: i32, to: usize, n: i32): void {
  if (step == 1) {
    memory.copy(to, from, n);
  } else if (step == 0) {
    memory.fill(to, load<u8>(from), n);
  } else {
    for (; n > 0; n--) {
      store<u8>(to++, load<u8>(from));
      from += step;
    }
  }
}

/** Copies a block of elements of 1 << `shift` bytes between two strided layouts. */
// @ts-ignore: decorator
@inline
function copyBlock(shift: usize, task: i32, words: CopyWords): void {
  const block = words.perTask;
  const inner = words.inner;
  const step = words.step << <i32>shift;
  const outer = words.outer;
  // Rows of the innermost outer dimension follow each other at equal distances.
  const count = outer > 0 ? words.dimensions(0) : 1;
  const nextFrom = <usize>words.dimensions(1) << shift;
  const nextTo = <usize>words.dimensions(2) << shift;
  let begin = task * block;
  const end = min(begin + block, words.length);
  let row = begin / inner;
  let column = begin - row * inner;
  while (begin < end) {
    let from = words.from;
    let to = words.to;
    let rest = row;
    for (let d = 0, word = 0; d < outer; d++, word += 3) {
      const size = words.dimensions(word);
      const next = rest / size;
      const index = rest - next * size;
      from += <usize>(index * words.dimensions(word + 1)) << shift;
      to += <usize>(index * words.dimensions(word + 2)) << shift;
      rest = next;
    }
    let left = count - (row - row / count * count);
    row += left;
    for (; left > 0 && begin < end; left--) {
      const n = min(inner - column, end - begin);
      const source = from + <usize>(column * step);
      const target = to + (<usize>column << shift);
      if (shift == 2) copyRun(source, step, target, n);
      else copyBytes(source, step, target, n);
      from += nextFrom;
      to += nextTo;
      begin += n;
      column = 0;
    }
  }
}

export function copy_32(task: i32, words: CopyWords, scratch: usize): void {
  copyBlock(2, task, words);
}

export function copy_8(task: i32, words: CopyWords, scratch: usize): void {
  copyBlock(0, task, words);
}

/**
 * Transposes 4-byte elements where the innermost dimension changes. Every task does a stripe of one
 * 2-D transpose: source [n, p] with rows `fromStride` apart to target [p, n] with rows `toStride`
 * apart.
 */
export function transpose_32(task: i32, words: TransposeWords, scratch: usize): void {
  const n = words.n;
  const p = words.p;
  const fromStride = <usize>words.fromStride << 2;
  const toStride = <usize>words.toStride << 2;
  const stripes = words.stripes;
  const outer = words.outer;
  let rest = task / stripes;
  const first = (task - rest * stripes) * STRIPE;
  const last = min(first + STRIPE, p);
  let from = words.from;
  let to = words.to;
  for (let d = 0, word = 0; d < outer; d++, word += 3) {
    const size = words.dimensions(word);
    const next = rest / size;
    const index = rest - next * size;
    from += <usize>(index * words.dimensions(word + 1)) << 2;
    to += <usize>(index * words.dimensions(word + 2)) << 2;
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

/** Copies slices by index: out[b, o, i] = x[b, o, indices[b, i]]. */
// @ts-ignore: decorator
@inline
function gatherSlices(shift: usize, task: i32, words: GatherWords): void {
  const perTask = words.perTask;
  const outer = words.outer;
  const count = words.count;
  const dimension = words.dimension;
  const slice = words.slice;
  const end = min((task + 1) * perTask, words.slices);
  for (let row = task * perTask; row < end; row++) {
    const group = row / count;
    const batch = group / outer;
    const at = batch * count + (row - group * count);
    const index = load<i32>(words.indices + (<usize>at << 2));
    const from = words.x + (<usize>(group * dimension + index) * <usize>slice << shift);
    const to = words.out + (<usize>row * <usize>slice << shift);
    if (shift == 2) copyRun(from, 4, to, slice);
    else copyBytes(from, 1, to, slice);
  }
}

export function gather_32(task: i32, words: GatherWords, scratch: usize): void {
  gatherSlices(2, task, words);
}

export function gather_8(task: i32, words: GatherWords, scratch: usize): void {
  gatherSlices(0, task, words);
}

/** out[i, j] = j == indices[i] ? on : off. */
export function one_hot_f32(task: i32, words: OneHotWords, scratch: usize): void {
  const perTask = words.perTask;
  const depth = words.depth;
  const end = min((task + 1) * perTask, words.count);
  v128.store(scratch, f32x4.splat(words.off));
  for (let row = task * perTask; row < end; row++) {
    const to = words.out + (<usize>row * <usize>depth << 2);
    copyRun(scratch, 0, to, depth);
    const index = load<i32>(words.indices + (<usize>row << 2));
    if (index >= 0 && index < depth) store<f32>(to + (<usize>index << 2), words.on);
  }
}

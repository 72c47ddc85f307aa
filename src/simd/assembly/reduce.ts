/** Kernels that fold a dimension of bytes, and that find where along one the extremes stand. */
import { ArgMaxWords, FoldBoolWords } from "./words.generated";
import { firstLanes, select, storeFirst } from "./vector";

/**
 * out = all (or any) of x, each a byte, 0 or 1.
 */
export function fold_bool(task: i32, words: FoldBoolWords, scratch: usize): void {
  const length = words.length;
  const inner = <usize>words.inner;
  const any = words.any != 0;
  const columnsPerTask = <usize>words.columnsPerTask;
  const rowsPerTask = words.rowsPerTask;
  const blocks = <i32>((inner + columnsPerTask - 1) / columnsPerTask);
  const block = task / blocks;
  const column = <usize>(task - block * blocks) * columnsPerTask;
  const columns = min(columnsPerTask, inner - column);
  const row = block * rowsPerTask;
  const stride = <usize>length * inner;
  let x = words.x + <usize>row * stride + column;
  let to = words.out + <usize>row * inner + column;
  for (let rows = min(rowsPerTask, words.outer - row); rows > 0; rows--) {
    if (inner == 1) {
      store<u8>(to, foldBytes(x, <usize>length, any));
    } else {
      for (let c: usize = 0; c < columns; c += 16) {
        let acc = any ? i8x16.splat(0) : i8x16.splat(1);
        let from = x + c;
        for (let i = 0; i < length; i++) {
          const value = v128.load(from);
          acc = any ? v128.or(acc, value) : v128.and(acc, value);
          from += inner;
        }
        storeBytes(to + c, acc, columns - c, scratch);
      }
    }
    x += stride;
    to += inner;
  }
}

/** Whether any (all) of `n` bytes are 1. */
function foldBytes(x: usize, n: usize, any: bool): bool {
  // Zero, or one, is what decides.
  const decisive: u8 = any ? 1 : 0;
  let i: usize = 0;
  for (; i + 16 <= n; i += 16) {
    if (v128.any_true(i8x16.eq(v128.load(x + i), i8x16.splat(decisive)))) return any;
  }
  for (; i < n; i++) if (load<u8>(x + i) == decisive) return any;
  return !any;
}

/** Stores the first `n` bytes of `v`; any number from 16 on stores all. */
// @ts-ignore: decorator
@inline
function storeBytes(to: usize, v: v128, n: usize, scratch: usize): void {
  if (n >= 16) {
    v128.store(to, v);
  } else {
    v128.store(scratch, v);
    memory.copy(to, scratch, n);
  }
}

/** The smallest index among the lanes that hold the largest value. */
// @ts-ignore: decorator
@inline
function firstOfBest(best: v128, where: v128): i32 {
  let top = f32x4.max(best, v128.shuffle<i32>(best, best, 2, 3, 0, 1));
  top = f32x4.max(top, v128.shuffle<i32>(top, top, 1, 0, 3, 2));
  // If element 0 is NaN, it is in all lanes, and their index is 0.
  const others = v128.and(f32x4.ne(best, top), f32x4.eq(best, best));
  let first = select(others, i32x4.splat(i32.MAX_VALUE), where);
  first = i32x4.min_s(first, v128.shuffle<i32>(first, first, 2, 3, 0, 1));
  first = i32x4.min_s(first, v128.shuffle<i32>(first, first, 1, 0, 3, 2));
  return i32x4.extract_lane(first, 0);
}

/**
 * out[o, i] = index of the first largest (smallest) x[o, :, i]; a NaN wins only at index 0, as in
 * the cpu backend.
 */
export function arg_max_f32(task: i32, words: ArgMaxWords, scratch: usize): void {
  const perTask = words.perTask;
  const length = words.length;
  const inner = words.inner;
  const sign = words.smallest != 0 ? f32x4.splat(-1) : f32x4.splat(1);
  const end = min((task + 1) * perTask, words.results);
  for (let at = task * perTask; at < end; ) {
    const outer = at / inner;
    const column = at - outer * inner;
    const x = words.x + (<usize>(outer * length * inner + column) << 2);
    const to = words.out + (<usize>at << 2);
    if (inner == 1) {
      // Four lanes run along the row, all starting from element 0.
      let best = f32x4.mul(v128.load32_splat(x), sign);
      let where = i32x4.splat(0);
      let index = i32x4(0, 1, 2, 3);
      let from = x;
      let left = length;
      for (; left >= 4; left -= 4) {
        const value = f32x4.mul(v128.load(from), sign);
        where = select(f32x4.gt(value, best), index, where);
        best = f32x4.pmax(best, value);
        index = i32x4.add(index, i32x4.splat(4));
        from += 16;
      }
      if (left > 0) {
        const value = f32x4.mul(v128.load(from), sign);
        const better = v128.and(f32x4.gt(value, best), firstLanes(left));
        best = select(better, value, best);
        where = select(better, index, where);
      }
      store<i32>(to, firstOfBest(best, where));
      at++;
    } else {
      // Four columns side by side.
      const columns = min(min(4, inner - column), end - at);
      let best = f32x4.mul(v128.load(x), sign);
      let where = i32x4.splat(0);
      for (let i = 1; i < length; i++) {
        const value = f32x4.mul(v128.load(x + (<usize>(i * inner) << 2)), sign);
        const better = f32x4.gt(value, best);
        best = select(better, value, best);
        where = select(better, i32x4.splat(i), where);
      }
      storeFirst(to, where, columns);
      at += columns;
    }
  }
}

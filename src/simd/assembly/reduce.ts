/**
 * Kernels that fold a dimension. The input is seen as [outer, length, inner], of which `length` is
 * folded. Blocks have a fixed size, so that the order of additions follows from the shape alone;
 * within a block several accumulators run side by side.
 */
import { exp4 } from "./math";
import { ArgMaxWords, Fold, FoldBoolWords, FoldWords, SoftmaxWords } from "./words.generated";
import { firstLanes, select, storeFirst, sumLanes } from "./vector";

// @ts-ignore: decorator
@inline
function fold4(op: Fold, a: v128, b: v128): v128 {
  if (op == Fold.Sum) return f32x4.add(a, b);
  if (op == Fold.Prod) return f32x4.mul(a, b);
  if (op == Fold.Max) return f32x4.max(a, b);
  return f32x4.min(a, b);
}

// @ts-ignore: decorator
@inline
function neutral(op: Fold): f32 {
  if (op == Fold.Sum) return 0;
  if (op == Fold.Prod) return 1;
  if (op == Fold.Max) return -Infinity;
  return Infinity;
}

/** Folds `n` consecutive elements. */
// @ts-ignore: decorator
@inline
function foldRun(op: Fold, x: usize, n: i32): f32 {
  const none = f32x4.splat(neutral(op));
  let a = none, b = none, c = none, d = none;
  for (; n >= 16; n -= 16) {
    a = fold4(op, a, v128.load(x));
    b = fold4(op, b, v128.load(x, 16));
    c = fold4(op, c, v128.load(x, 32));
    d = fold4(op, d, v128.load(x, 48));
    x += 64;
  }
  for (; n > 0; n -= 4) {
    a = fold4(op, a, select(firstLanes(n), v128.load(x), none));
    x += 16;
  }
  a = fold4(op, fold4(op, a, b), fold4(op, c, d));
  a = fold4(op, a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  a = fold4(op, a, v128.shuffle<i32>(a, a, 1, 0, 3, 2));
  return f32x4.extract_lane(a, 0);
}

/** The sum of `n` consecutive elements in float64. */
// @ts-ignore: decorator
@inline
function sumRun(x: usize, n: i32): f64 {
  let a = f64x2.splat(0), b = a, c = a, d = a;
  for (; n >= 8; n -= 8) {
    const first = v128.load(x);
    const second = v128.load(x, 16);
    a = f64x2.add(a, f64x2.promote_low_f32x4(first));
    b = f64x2.add(b, highHalf(first));
    c = f64x2.add(c, f64x2.promote_low_f32x4(second));
    d = f64x2.add(d, highHalf(second));
    x += 32;
  }
  for (; n > 0; n -= 4) {
    const last = v128.and(v128.load(x), firstLanes(n));
    a = f64x2.add(a, f64x2.promote_low_f32x4(last));
    b = f64x2.add(b, highHalf(last));
    x += 16;
  }
  a = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

/** Lanes 2 and 3 in float64. */
// @ts-ignore: decorator
@inline
function highHalf(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1));
}

/** Two pairs of float64 as four lanes. */
// @ts-ignore: decorator
@inline
function demote4(low: v128, high: v128): v128 {
  const first = f32x4.demote_f64x2_zero(low);
  return v128.shuffle<i64>(first, f32x4.demote_f64x2_zero(high), 0, 2);
}

/** Sums of `n` rows in float64, a cache line of columns side by side, divided. */
function sumColumns(x: usize, to: usize, n: i32, columns: i32, stride: usize, div: f32): void {
  const divisor = f64x2.splat(<f64>div);
  for (; columns > 0; columns -= 16) {
    let a = f64x2.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    let from = x;
    for (let i = 0; i < n; i++) {
      const v0 = v128.load(from);
      const v1 = v128.load(from, 16);
      const v2 = v128.load(from, 32);
      const v3 = v128.load(from, 48);
      a = f64x2.add(a, f64x2.promote_low_f32x4(v0));
      b = f64x2.add(b, highHalf(v0));
      c = f64x2.add(c, f64x2.promote_low_f32x4(v1));
      d = f64x2.add(d, highHalf(v1));
      e = f64x2.add(e, f64x2.promote_low_f32x4(v2));
      f = f64x2.add(f, highHalf(v2));
      g = f64x2.add(g, f64x2.promote_low_f32x4(v3));
      h = f64x2.add(h, highHalf(v3));
      from += stride;
    }
    storeFirst(to, demote4(f64x2.div(a, divisor), f64x2.div(b, divisor)), columns);
    const left = columns;
    if (left > 4) storeFirst(to + 16, demote4(f64x2.div(c, divisor), f64x2.div(d, divisor)), left - 4);
    if (left > 8) storeFirst(to + 32, demote4(f64x2.div(e, divisor), f64x2.div(f, divisor)), left - 8);
    if (left > 12) storeFirst(to + 48, demote4(f64x2.div(g, divisor), f64x2.div(h, divisor)), left - 12);
    x += 64;
    to += 64;
  }
}

/** Rows of one chunk, each folded to one element: the case inner = 1. */
// @ts-ignore: decorator
@inline
function foldRows(op: Fold, x: usize, to: usize, rows: i32, n: i32, xs: usize, ts: usize, div: f32): void {
  for (; rows > 0; rows--) {
    if (op == Fold.Sum) store<f32>(to, <f32>(sumRun(x, n) / <f64>div));
    else store<f32>(to, foldRun(op, x, n));
    x += xs;
    to += ts;
  }
}

/** `n` rows folded into one of `columns` elements: the case inner > 1. */
// @ts-ignore: decorator
@inline
function foldColumns(op: Fold, x: usize, to: usize, n: i32, columns: i32, stride: usize): void {
  const none = f32x4.splat(neutral(op));
  for (; columns >= 16; columns -= 16) {
    let a = none, b = none, c = none, d = none;
    let from = x;
    for (let i = 0; i < n; i++) {
      a = fold4(op, a, v128.load(from));
      b = fold4(op, b, v128.load(from, 16));
      c = fold4(op, c, v128.load(from, 32));
      d = fold4(op, d, v128.load(from, 48));
      from += stride;
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
    x += 64;
    to += 64;
  }
  for (; columns > 0; columns -= 4) {
    let a = none;
    let from = x;
    for (let i = 0; i < n; i++) {
      a = fold4(op, a, v128.load(from));
      from += stride;
    }
    storeFirst(to, a, columns);
    x += 16;
    to += 16;
  }
}

/** out[o, chunk, i] = fold of x[o, chunk * perChunk .. , i] / divisor. */
export function fold_f32(task: i32, words: FoldWords, scratch: usize): void {
  const length = words.length;
  const inner = words.inner;
  const op = words.op;
  const perChunk = words.perChunk;
  const chunks = words.chunks;
  const columnsPerTask = words.columnsPerTask;
  const rowsPerTask = words.rowsPerTask;
  const divisor = words.divisor;
  const columnBlocks = (inner + columnsPerTask - 1) / columnsPerTask;
  const group = task / columnBlocks;
  const column = (task - group * columnBlocks) * columnsPerTask;
  const rowBlock = group / chunks;
  const chunk = group - rowBlock * chunks;
  const row = rowBlock * rowsPerTask;
  const n = min(perChunk, length - chunk * perChunk);
  const x = words.x + (<usize>((row * length + chunk * perChunk) * inner + column) << 2);
  const to = words.out + (<usize>((row * chunks + chunk) * inner + column) << 2);
  if (inner == 1) {
    const rows = min(rowsPerTask, words.outer - row);
    const xs = <usize>length << 2;
    const ts = <usize>chunks << 2;
    if (op == Fold.Sum) foldRows(Fold.Sum, x, to, rows, n, xs, ts, divisor);
    else if (op == Fold.Prod) foldRows(Fold.Prod, x, to, rows, n, xs, ts, divisor);
    else if (op == Fold.Max) foldRows(Fold.Max, x, to, rows, n, xs, ts, divisor);
    else foldRows(Fold.Min, x, to, rows, n, xs, ts, divisor);
  } else {
    const columns = min(columnsPerTask, inner - column);
    const stride = <usize>inner << 2;
    let from = x;
    let out = to;
    for (let rows = min(rowsPerTask, words.outer - row); rows > 0; rows--) {
      if (op == Fold.Sum) sumColumns(from, out, n, columns, stride, divisor);
      else if (op == Fold.Prod) foldColumns(Fold.Prod, from, out, n, columns, stride);
      else if (op == Fold.Max) foldColumns(Fold.Max, from, out, n, columns, stride);
      else foldColumns(Fold.Min, from, out, n, columns, stride);
      from += <usize>length * stride;
      out += <usize>chunks * stride;
    }
  }
}

/**
 * The same for bytes: out = all (or any) of x, each 0 or 1. Words as for fold_f32, op 0 for all and
 * 1 for any; chunks and divisor are not used.
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

/** Rows of exp(x - max) / sum. */
export function softmax_f32(task: i32, words: SoftmaxWords, scratch: usize): void {
  const perTask = words.perTask;
  const n = words.length;
  const whole = n & ~3;
  const rest = n - whole;
  const end = min((task + 1) * perTask, words.rows);
  for (let row = task * perTask; row < end; row++) {
    const x = words.x + (<usize>row * <usize>n << 2);
    const to = words.out + (<usize>row * <usize>n << 2);
    const last = <usize>whole << 2;
    const largest = f32x4.splat(foldRun(Fold.Max, x, n));
    let sum = f32x4.splat(0);
    for (let at: usize = 0; at < last; at += 16) {
      const e = exp4(f32x4.sub(v128.load(x + at), largest));
      sum = f32x4.add(sum, e);
      v128.store(to + at, e);
    }
    if (rest) {
      const e = exp4(f32x4.sub(v128.load(x + last), largest));
      sum = f32x4.add(sum, v128.and(e, firstLanes(rest)));
      storeFirst(to + last, e, rest);
    }
    const total = f32x4.splat(sumLanes(sum));
    for (let at: usize = 0; at < last; at += 16) {
      v128.store(to + at, f32x4.div(v128.load(to + at), total));
    }
    if (rest) storeFirst(to + last, f32x4.div(v128.load(to + last), total), rest);
  }
}

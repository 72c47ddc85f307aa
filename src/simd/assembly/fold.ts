/**
 * Kernels that fold a dimension. The input is seen as [outer, length, inner], of which `length` is
 * folded. Blocks have a fixed size, so that the order of additions follows from the shape alone;
 * within a block several accumulators run side by side.
 */
import { Fold, FoldInt, FoldWords } from "./words.generated";
import { firstLanes, select, storeFirst } from "./vector";

// @ts-ignore: decorator
@inline
function fold4(ints: bool, op: Fold, a: v128, b: v128): v128 {
  if (ints) {
    if (op == Fold.Sum) return i32x4.add(a, b);
    if (op == Fold.Prod) return i32x4.mul(a, b);
    return op == Fold.Max ? i32x4.max_s(a, b) : i32x4.min_s(a, b);
  }
  if (op == Fold.Sum) return f32x4.add(a, b);
  if (op == Fold.Prod) return f32x4.mul(a, b);
  if (op == Fold.Max) return f32x4.max(a, b);
  return f32x4.min(a, b);
}

// @ts-ignore: decorator
@inline
function neutral(ints: bool, op: Fold): v128 {
  if (op == Fold.Sum) return i32x4.splat(0);
  if (op == Fold.Prod) return ints ? i32x4.splat(1) : f32x4.splat(1);
  if (op == Fold.Max) return ints ? i32x4.splat(i32.MIN_VALUE) : f32x4.splat(-Infinity);
  return ints ? i32x4.splat(i32.MAX_VALUE) : f32x4.splat(Infinity);
}

/** Folds `n` consecutive elements into every lane. */
// @ts-ignore: decorator
@inline
function foldRun(ints: bool, op: Fold, x: usize, n: i32): v128 {
  const none = neutral(ints, op);
  let a = none, b = none, c = none, d = none;
  for (; n >= 16; n -= 16) {
    a = fold4(ints, op, a, v128.load(x));
    b = fold4(ints, op, b, v128.load(x, 16));
    c = fold4(ints, op, c, v128.load(x, 32));
    d = fold4(ints, op, d, v128.load(x, 48));
    x += 64;
  }
  for (; n > 0; n -= 4) {
    a = fold4(ints, op, a, select(firstLanes(n), v128.load(x), none));
    x += 16;
  }
  a = fold4(ints, op, fold4(ints, op, a, b), fold4(ints, op, c, d));
  a = fold4(ints, op, a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return fold4(ints, op, a, v128.shuffle<i32>(a, a, 1, 0, 3, 2));
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
function foldRows(ints: bool, op: Fold, x: usize, to: usize, rows: i32, n: i32, xs: usize, ts: usize, div: f32): void {
  for (; rows > 0; rows--) {
    if (op == Fold.Sum && !ints) store<f32>(to, <f32>(sumRun(x, n) / <f64>div));
    else v128.store32_lane(to, foldRun(ints, op, x, n), 0);
    x += xs;
    to += ts;
  }
}

/** `n` rows folded into one of `columns` elements: the case inner > 1. */
// @ts-ignore: decorator
@inline
function foldColumns(ints: bool, op: Fold, x: usize, to: usize, n: i32, columns: i32, stride: usize): void {
  const none = neutral(ints, op);
  for (; columns >= 16; columns -= 16) {
    let a = none, b = none, c = none, d = none;
    let from = x;
    for (let i = 0; i < n; i++) {
      a = fold4(ints, op, a, v128.load(from));
      b = fold4(ints, op, b, v128.load(from, 16));
      c = fold4(ints, op, c, v128.load(from, 32));
      d = fold4(ints, op, d, v128.load(from, 48));
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
      a = fold4(ints, op, a, v128.load(from));
      from += stride;
    }
    storeFirst(to, a, columns);
    x += 16;
    to += 16;
  }
}

/** out[o, chunk, i] = fold of x[o, chunk * perChunk .. , i] / divisor. */
// @ts-ignore: decorator
@inline
function folded(ints: bool, op: Fold, task: i32, words: FoldWords): void {
  const length = words.length;
  const inner = words.inner;
  const perChunk = words.perChunk;
  const chunks = words.chunks;
  const columnsPerTask = words.columnsPerTask;
  const rowsPerTask = words.rowsPerTask;
  const columnBlocks = (inner + columnsPerTask - 1) / columnsPerTask;
  const group = task / columnBlocks;
  const column = (task - group * columnBlocks) * columnsPerTask;
  const rowBlock = group / chunks;
  const chunk = group - rowBlock * chunks;
  const row = rowBlock * rowsPerTask;
  const rows = min(rowsPerTask, words.outer - row);
  const n = min(perChunk, length - chunk * perChunk);
  let x = words.x + (<usize>((row * length + chunk * perChunk) * inner + column) << 2);
  let to = words.out + (<usize>((row * chunks + chunk) * inner + column) << 2);
  if (inner == 1) {
    foldRows(ints, op, x, to, rows, n, <usize>length << 2, <usize>chunks << 2, words.divisor);
    return;
  }
  const columns = min(columnsPerTask, inner - column);
  const stride = <usize>inner << 2;
  for (let left = rows; left > 0; left--) {
    if (op == Fold.Sum && !ints) sumColumns(x, to, n, columns, stride, words.divisor);
    else foldColumns(ints, op, x, to, n, columns, stride);
    x += <usize>length * stride;
    to += <usize>chunks * stride;
  }
}

// @ts-ignore: decorator
@inline
export function fold(op: Fold, task: i32, words: FoldWords, scratch: usize): void {
  folded(false, op, task, words);
}

/** The same for int32, where sums and products wrap around and nothing is divided. */
// @ts-ignore: decorator
@inline
export function foldInt(op: FoldInt, task: i32, words: FoldWords, scratch: usize): void {
  folded(true, op, task, words);
}

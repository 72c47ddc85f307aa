/** Kernels on two inputs that are broadcast against each other, of float32, int32 and bool. */
import { mod4, pow4 } from "./math";
import { Binary, BinaryBool, BinaryInt, BinaryWords } from "./words.generated";
import { ofMasks, select, storeFirst } from "./vector";

// @ts-ignore: decorator
@inline
function binary4(op: Binary, a: v128, b: v128): v128 {
  const zero = f32x4.splat(0);
  if (op == Binary.Add) return f32x4.add(a, b);
  if (op == Binary.Sub) return f32x4.sub(a, b);
  if (op == Binary.Multiply) return f32x4.mul(a, b);
  if (op == Binary.RealDiv) return f32x4.div(a, b);
  if (op == Binary.Maximum) return f32x4.max(a, b);
  if (op == Binary.Minimum) return f32x4.min(a, b);
  if (op == Binary.SquaredDifference) {
    const d = f32x4.sub(a, b);
    return f32x4.mul(d, d);
  }
  if (op == Binary.Prelu) return select(f32x4.lt(a, zero), f32x4.mul(b, a), a);
  // EluGrad: a is the gradient, b the output.
  if (op == Binary.EluGrad) {
    return select(f32x4.ge(b, zero), a, f32x4.mul(a, f32x4.add(b, f32x4.splat(1))));
  }
  if (op == Binary.Pow) return pow4(a, b);
  if (op == Binary.Mod) return mod4(a, b);
  if (op == Binary.Equal) return f32x4.eq(a, b);
  if (op == Binary.NotEqual) return f32x4.ne(a, b);
  if (op == Binary.Less) return f32x4.lt(a, b);
  if (op == Binary.LessEqual) return f32x4.le(a, b);
  if (op == Binary.Greater) return f32x4.gt(a, b);
  return f32x4.ge(a, b);
}


// @ts-ignore: decorator
@inline
function int4(op: BinaryInt, a: v128, b: v128): v128 {
  if (op == BinaryInt.Add) return i32x4.add(a, b);
  if (op == BinaryInt.Sub) return i32x4.sub(a, b);
  if (op == BinaryInt.Multiply) return i32x4.mul(a, b);
  if (op == BinaryInt.Maximum) return i32x4.max_s(a, b);
  if (op == BinaryInt.Minimum) return i32x4.min_s(a, b);
  if (op == BinaryInt.SquaredDifference) {
    const d = i32x4.sub(a, b);
    return i32x4.mul(d, d);
  }
  if (op == BinaryInt.Equal) return i32x4.eq(a, b);
  if (op == BinaryInt.NotEqual) return i32x4.ne(a, b);
  if (op == BinaryInt.Less) return i32x4.lt_s(a, b);
  if (op == BinaryInt.LessEqual) return i32x4.le_s(a, b);
  if (op == BinaryInt.Greater) return i32x4.gt_s(a, b);
  if (op == BinaryInt.GreaterEqual) return i32x4.ge_s(a, b);
  return divide4(op == BinaryInt.FloorDiv, a, b);
}

function divide4(quotient: bool, a: v128, b: v128): v128 {
  let result = i32x4.splat(divide(quotient, i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)));
  const r1 = divide(quotient, i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1));
  const r2 = divide(quotient, i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2));
  const r3 = divide(quotient, i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3));
  result = i32x4.replace_lane(result, 1, r1);
  result = i32x4.replace_lane(result, 2, r2);
  return i32x4.replace_lane(result, 3, r3);
}

/** a / b towards minus infinity, or what is left of it, with the sign of b; 0 where b is 0. */
function divide(quotient: bool, a: i32, b: i32): i32 {
  // The one quotient that is out of range: it wraps around.
  if (b == -1) return quotient ? 0 - a : 0;
  if (b == 0) return 0;
  const rest = a % b;
  const away = rest != 0 && (rest ^ b) < 0;
  if (quotient) return a / b - i32(away);
  return away ? rest + b : rest;
}

/** Sixteen bytes, each 0 or 1. */
// @ts-ignore: decorator
@inline
function bytes16(op: BinaryBool, a: v128, b: v128): v128 {
  const zero = i8x16.splat(0);
  if (op == BinaryBool.LogicalAnd) return v128.and(i8x16.ne(a, zero), i8x16.ne(b, zero));
  if (op == BinaryBool.LogicalOr) return v128.or(i8x16.ne(a, zero), i8x16.ne(b, zero));
  if (op == BinaryBool.LogicalXor) return v128.xor(i8x16.ne(a, zero), i8x16.ne(b, zero));
  if (op == BinaryBool.Equal) return i8x16.eq(a, b);
  if (op == BinaryBool.NotEqual) return i8x16.ne(a, b);
  if (op == BinaryBool.Less) return i8x16.lt_u(a, b);
  if (op == BinaryBool.LessEqual) return i8x16.le_u(a, b);
  if (op == BinaryBool.Greater) return i8x16.gt_u(a, b);
  return i8x16.ge_u(a, b);
}

/** Stores the first `n` lanes; a function, since every operation ends with it. */
function storeLanes(to: usize, v: v128, n: i32): void {
  storeFirst(to, v, n);
}

/** Stores the first `n` of four masks as bytes, 0 or 1. */
function storeMask(to: usize, mask: v128, n: i32): void {
  const bytes = ofMasks(mask, mask, mask, mask);
  if (n >= 4) {
    v128.store32_lane(to, bytes, 0);
  } else {
    v128.store8_lane(to, bytes, 0);
    if (n > 1) v128.store8_lane(to, bytes, 1, 1);
    if (n > 2) v128.store8_lane(to, bytes, 2, 2);
  }
}

const enum Kind {
  Float32,
  Int32,
  Bool,
}

// @ts-ignore: decorator
@inline
function applied(kind: Kind, op: i32, a: usize, b: usize): v128 {
  if (kind == Kind.Float32) return binary4(op, v128.load(a), v128.load(b));
  if (kind == Kind.Int32) return int4(op, v128.load(a), v128.load(b));
  return bytes16(op, v128.load(a), v128.load(b));
}

/**
 * One run of elements; every 16 an input steps on by 64 bytes, or 0 where it stays. The last elements may be
 * stored as a whole cache line where nobody else's follow: then n is a multiple of 16.
 */
// @ts-ignore: decorator
@inline
function numberRun(kind: Kind, masks: bool, op: i32, a: usize, da: usize, b: usize, db: usize, to: usize, n: i32): void {
  for (; n >= 16; n -= 16) {
    const r0 = applied(kind, op, a, b);
    const r1 = applied(kind, op, a + 16, b + 16);
    const r2 = applied(kind, op, a + 32, b + 32);
    const r3 = applied(kind, op, a + 48, b + 48);
    if (masks) {
      v128.store(to, ofMasks(r0, r1, r2, r3));
      to += 16;
    } else {
      v128.store(to, r0);
      v128.store(to, r1, 16);
      v128.store(to, r2, 32);
      v128.store(to, r3, 48);
      to += 64;
    }
    a += da;
    b += db;
  }
  for (; n > 0; n -= 4) {
    const result = applied(kind, op, a, b);
    if (masks) storeMask(to, result, n);
    else storeLanes(to, result, n);
    a += 16;
    b += 16;
    to += masks ? 4 : 16;
  }
}

/** The same for bytes, of which a vector holds 16. */
// @ts-ignore: decorator
@inline
function boolRun(op: i32, a: usize, da: usize, b: usize, db: usize, to: usize, n: i32, scratch: usize): void {
  for (; n > 0; n -= 16) {
    const bytes = v128.and(applied(Kind.Bool, op, a, b), i8x16.splat(1));
    if (n >= 16) {
      v128.store(to, bytes);
    } else {
      v128.store(scratch, bytes);
      memory.copy(to, scratch, n);
    }
    a += da;
    b += db;
    to += 16;
  }
}

/** How many elements behind the first of a (`side` 1) or b (2) this row of the output starts. */
function rowStart(words: BinaryWords, row: i32, side: i32): i32 {
  let start = 0;
  let rest = row;
  const outer = words.outer;
  for (let d = 0, word = 0; d < outer; d++, word += 3) {
    const size = words.dimensions(word);
    const next = rest / size;
    start += (rest - next * size) * words.dimensions(word + side);
    rest = next;
  }
  return start;
}

/** Elements of a stretch that holds a short row many times over: a multiple of the row and of 16. */
function stretchOf(period: i32): i32 {
  const least = period * (16 >> min(ctz(period), 4));
  return least * ((255 + least) / least);
}

// @ts-ignore: decorator
@inline
function copyElement(shift: usize, from: usize, to: usize): void {
  if (shift == 0) store<u8>(to, load<u8>(from));
  else store<u32>(to, load<u32>(from));
}

/** Writes a row of `period` elements, from `column` on, over and over, `n` elements and some more. */
function repeat(shift: usize, row: usize, period: i32, column: i32, to: usize, n: i32): void {
  const end = to + (<usize>n << shift);
  let at = column % period;
  // From so far back that no vector reads what it is to write.
  let back = 0;
  do {
    copyElement(shift, row + (<usize>at << shift), to);
    if (++at == period) at = 0;
    to += 1 << <i32>shift;
    back++;
  } while (back < 16 || back % period != 0);
  for (; to < end; to += 16) v128.store(to, v128.load(to - (<usize>back << shift)));
}

/** Where an input's run is: in its memory if it advances, else in scratch, its row over and over. */
// @ts-ignore: decorator
@inline
function runAt(shift: usize, advances: bool, period: i32, row: usize, column: i32, scratch: usize, n: i32): usize {
  if (advances) return row + (<usize>column << shift);
  if (period > 1) {
    repeat(shift, row, period, column, scratch, n);
  } else {
    const value = shift == 0 ? v128.load8_splat(row) : v128.load32_splat(row);
    v128.store(scratch, value);
    v128.store(scratch, value, 16);
    v128.store(scratch, value, 32);
    v128.store(scratch, value, 48);
  }
  return scratch;
}

/** Bytes of scratch that one input's rows take, repeated. */
const REPEATED: usize = 16384;

/**
 * out = op(a, b) with broadcasting. The output is a number of rows of `inner` elements; along a row
 * each input starts anew after its period: of `inner` elements if it advances, of 1 if it stays. Only one of them
 * has a period between.
 */
// @ts-ignore: decorator
@inline
function walk(kind: Kind, masks: bool, op: i32, task: i32, words: BinaryWords, scratch: usize): void {
  const shift: usize = kind == Kind.Bool ? 0 : 2;
  const toShift: usize = kind == Kind.Bool || masks ? 0 : 2;
  const step: usize = kind == Kind.Bool ? 16 : 64;
  const inner = words.inner;
  const periodA = words.periodA;
  const periodB = words.periodB;
  const advancesA = periodA == inner;
  const advancesB = periodB == inner;
  const da: usize = periodA > 1 ? step : 0;
  const db: usize = periodB > 1 ? step : 0;
  // A run is cut where the repeated rows end.
  let piece = 1 << 28;
  if (periodA > 1 && !advancesA) piece = stretchOf(periodA);
  if (periodB > 1 && !advancesB) piece = stretchOf(periodB);
  const pieceA = advancesA ? <usize>piece << shift : 0;
  const pieceB = advancesB ? <usize>piece << shift : 0;
  // Rows of the innermost outer dimension follow each other at equal distances.
  const size = words.outer > 0 ? words.dimensions(0) : 1;
  const nextA = <usize>words.dimensions(1) << shift;
  const nextB = <usize>words.dimensions(2) << shift;
  let begin = task * words.perTask;
  const end = min(begin + words.perTask, words.length);
  let row = begin / inner;
  let column = begin - row * inner;
  while (begin < end) {
    let a = words.a + (<usize>rowStart(words, row, 1) << shift);
    let b = words.b + (<usize>rowStart(words, row, 2) << shift);
    let left = size - (row - row / size * size);
    row += left;
    for (; left > 0 && begin < end; left--) {
      let n = min(inner - column, end - begin);
      let to = words.out + (<usize>begin << toShift);
      const next = begin + n;
      // The memory behind a task's elements is its own up to a cache line.
      if (next == end && (begin & 15) == 0) n = (n + 15) & ~15;
      let x = runAt(shift, advancesA, periodA, a, column, scratch, min(n, piece));
      let y = runAt(shift, advancesB, periodB, b, column, scratch + REPEATED, min(n, piece));
      for (; n > 0; n -= piece) {
        if (kind == Kind.Bool) boolRun(op, x, da, y, db, to, min(n, piece), scratch + 2 * REPEATED);
        else numberRun(kind, masks, op, x, da, y, db, to, min(n, piece));
        x += pieceA;
        y += pieceB;
        to += <usize>piece << toShift;
      }
      a += nextA;
      b += nextB;
      begin = next;
      column = 0;
    }
  }
}

// @ts-ignore: decorator
@inline
export function binary(op: Binary, task: i32, words: BinaryWords, scratch: usize): void {
  walk(Kind.Float32, op >= Binary.Equal, op, task, words, scratch);
}

// @ts-ignore: decorator
@inline
export function binaryInt(op: BinaryInt, task: i32, words: BinaryWords, scratch: usize): void {
  walk(Kind.Int32, op >= BinaryInt.Equal, op, task, words, scratch);
}

// @ts-ignore: decorator
@inline
export function binaryBool(op: BinaryBool, task: i32, words: BinaryWords, scratch: usize): void {
  walk(Kind.Bool, false, op, task, words, scratch);
}

/** Kernels on two inputs that are broadcast against each other, of float32, int32 and bool. */
import { mod4, pow4 } from "./math";
import { Binary, BinaryBool, BinaryInt, BinaryWords } from "./words.generated";
import { select, storeFirst } from "./vector";

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
  let result = i32x4.splat(0);
  const floorDiv = op == BinaryInt.FloorDiv;
  result = i32x4.replace_lane(result, 0, divide(floorDiv, i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)));
  result = i32x4.replace_lane(result, 1, divide(floorDiv, i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1)));
  result = i32x4.replace_lane(result, 2, divide(floorDiv, i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2)));
  return i32x4.replace_lane(result, 3, divide(floorDiv, i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3)));
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

/** Stores the first `n` of four masks as bytes, 0 or 1. */
// @ts-ignore: decorator
@inline
function storeMask(to: usize, mask: v128, n: i32): void {
  const words = i16x8.narrow_i32x4_s(mask, mask);
  const bytes = v128.and(i8x16.narrow_i16x8_s(words, words), i8x16.splat(1));
  if (n >= 4) {
    v128.store32_lane(to, bytes, 0);
  } else {
    v128.store8_lane(to, bytes, 0);
    if (n > 1) v128.store8_lane(to, bytes, 1, 1);
    if (n > 2) v128.store8_lane(to, bytes, 2, 2);
  }
}

/** Four vectors of a run; `constantA`, `constantB`: that input is the same everywhere. */
// @ts-ignore: decorator
@inline
function fourVectors(op: Binary, constantA: bool, constantB: bool, a: usize, b: usize, to: usize): void {
  for (let lane: usize = 0; lane < 64; lane += 16) {
    const x = v128.load(constantA ? a : a + lane);
    const y = v128.load(constantB ? b : b + lane);
    v128.store(to + lane, binary4(op, x, y));
  }
}

/** One run of elements; a step of 0 bytes stays on a vector of equal lanes. */
// @ts-ignore: decorator
@inline
function binaryLoop(op: Binary, a: usize, da: usize, b: usize, db: usize, to: usize, n: i32): void {
  const ahead = da << 2;
  const beside = db << 2;
  for (; n >= 16; n -= 16) {
    if (da == db) fourVectors(op, false, false, a, b, to);
    else if (da) fourVectors(op, false, true, a, b, to);
    else fourVectors(op, true, false, a, b, to);
    a += ahead;
    b += beside;
    to += 64;
  }
  for (; n > 0; n -= 4) {
    storeFirst(to, binary4(op, v128.load(a), v128.load(b)), n);
    a += da;
    b += db;
    to += 16;
  }
}

// @ts-ignore: decorator
@inline
function binaryCompare(op: Binary, a: usize, da: usize, b: usize, db: usize, to: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    storeMask(to, binary4(op, v128.load(a), v128.load(b)), n);
    a += da;
    b += db;
    to += 4;
  }
}

// @ts-ignore: decorator
@inline
function binaryintLoop(op: BinaryInt, a: usize, da: usize, b: usize, db: usize, to: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    storeFirst(to, int4(op, v128.load(a), v128.load(b)), n);
    a += da;
    b += db;
    to += 16;
  }
}

// @ts-ignore: decorator
@inline
function binaryintCompare(op: BinaryInt, a: usize, da: usize, b: usize, db: usize, to: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    storeMask(to, int4(op, v128.load(a), v128.load(b)), n);
    a += da;
    b += db;
    to += 4;
  }
}

function binaryRow(op: i32, a: usize, da: usize, b: usize, db: usize, to: usize, n: i32): void {
  switch (op) {
    case Binary.Add: return binaryLoop(Binary.Add, a, da, b, db, to, n);
    case Binary.Sub: return binaryLoop(Binary.Sub, a, da, b, db, to, n);
    case Binary.Multiply: return binaryLoop(Binary.Multiply, a, da, b, db, to, n);
    case Binary.RealDiv: return binaryLoop(Binary.RealDiv, a, da, b, db, to, n);
    case Binary.Maximum: return binaryLoop(Binary.Maximum, a, da, b, db, to, n);
    case Binary.Minimum: return binaryLoop(Binary.Minimum, a, da, b, db, to, n);
    case Binary.SquaredDifference: return binaryLoop(Binary.SquaredDifference, a, da, b, db, to, n);
    case Binary.Prelu: return binaryLoop(Binary.Prelu, a, da, b, db, to, n);
    case Binary.EluGrad: return binaryLoop(Binary.EluGrad, a, da, b, db, to, n);
    case Binary.Pow: return binaryLoop(Binary.Pow, a, da, b, db, to, n);
    case Binary.Mod: return binaryLoop(Binary.Mod, a, da, b, db, to, n);
    case Binary.Equal: return binaryCompare(Binary.Equal, a, da, b, db, to, n);
    case Binary.NotEqual: return binaryCompare(Binary.NotEqual, a, da, b, db, to, n);
    case Binary.Less: return binaryCompare(Binary.Less, a, da, b, db, to, n);
    case Binary.LessEqual: return binaryCompare(Binary.LessEqual, a, da, b, db, to, n);
    case Binary.Greater: return binaryCompare(Binary.Greater, a, da, b, db, to, n);
    case Binary.GreaterEqual: return binaryCompare(Binary.GreaterEqual, a, da, b, db, to, n);
  }
}

function binaryIntRow(op: i32, a: usize, da: usize, b: usize, db: usize, to: usize, n: i32): void {
  switch (op) {
    case BinaryInt.Add: return binaryintLoop(BinaryInt.Add, a, da, b, db, to, n);
    case BinaryInt.Sub: return binaryintLoop(BinaryInt.Sub, a, da, b, db, to, n);
    case BinaryInt.Multiply: return binaryintLoop(BinaryInt.Multiply, a, da, b, db, to, n);
    case BinaryInt.Maximum: return binaryintLoop(BinaryInt.Maximum, a, da, b, db, to, n);
    case BinaryInt.Minimum: return binaryintLoop(BinaryInt.Minimum, a, da, b, db, to, n);
    case BinaryInt.SquaredDifference: return binaryintLoop(BinaryInt.SquaredDifference, a, da, b, db, to, n);
    case BinaryInt.FloorDiv: return binaryintLoop(BinaryInt.FloorDiv, a, da, b, db, to, n);
    case BinaryInt.Mod: return binaryintLoop(BinaryInt.Mod, a, da, b, db, to, n);
    case BinaryInt.Equal: return binaryintCompare(BinaryInt.Equal, a, da, b, db, to, n);
    case BinaryInt.NotEqual: return binaryintCompare(BinaryInt.NotEqual, a, da, b, db, to, n);
    case BinaryInt.Less: return binaryintCompare(BinaryInt.Less, a, da, b, db, to, n);
    case BinaryInt.LessEqual: return binaryintCompare(BinaryInt.LessEqual, a, da, b, db, to, n);
    case BinaryInt.Greater: return binaryintCompare(BinaryInt.Greater, a, da, b, db, to, n);
    case BinaryInt.GreaterEqual: return binaryintCompare(BinaryInt.GreaterEqual, a, da, b, db, to, n);
  }
}

function binaryBoolRow(
  op: i32,
  a: usize,
  da: usize,
  b: usize,
  db: usize,
  to: usize,
  n: i32,
  scratch: usize,
): void {
  for (; n > 0; n -= 16) {
    const x = v128.load(a);
    const y = v128.load(b);
    let mask = i8x16.splat(0);
    switch (op) {
      case BinaryBool.LogicalAnd: mask = bytes16(BinaryBool.LogicalAnd, x, y); break;
      case BinaryBool.LogicalOr: mask = bytes16(BinaryBool.LogicalOr, x, y); break;
      case BinaryBool.LogicalXor: mask = bytes16(BinaryBool.LogicalXor, x, y); break;
      case BinaryBool.Equal: mask = bytes16(BinaryBool.Equal, x, y); break;
      case BinaryBool.NotEqual: mask = bytes16(BinaryBool.NotEqual, x, y); break;
      case BinaryBool.Less: mask = bytes16(BinaryBool.Less, x, y); break;
      case BinaryBool.LessEqual: mask = bytes16(BinaryBool.LessEqual, x, y); break;
      case BinaryBool.Greater: mask = bytes16(BinaryBool.Greater, x, y); break;
      case BinaryBool.GreaterEqual: mask = bytes16(BinaryBool.GreaterEqual, x, y); break;
    }
    const bytes = v128.and(mask, i8x16.splat(1));
    if (n >= 16) {
      v128.store(to, bytes);
    } else {
      v128.store(scratch, bytes, 32);
      memory.copy(to, scratch + 32, n);
    }
    a += da;
    b += db;
    to += 16;
  }
}

/** How many elements behind the first of a (`side` 1) or b (2) this row of the output starts. */
// @ts-ignore: decorator
@inline
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

const enum Kind {
  Float32,
  Int32,
  Bool,
}

/**
 * out = op(a, b) with broadcasting. The output is a number of rows of `inner` elements; along a row
 * each input either advances or stays: then it is a vector of equal lanes in scratch.
 */
// @ts-ignore: decorator
@inline
function walk(kind: Kind, firstComparison: i32, task: i32, words: BinaryWords, scratch: usize): void {
  const shift: usize = kind == Kind.Bool ? 0 : 2;
  const op = words.op;
  const inner = words.inner;
  const advanceA = words.advanceA != 0;
  const advanceB = words.advanceB != 0;
  const da: usize = advanceA ? 16 : 0;
  const db: usize = advanceB ? 16 : 0;
  const toShift: usize = kind == Kind.Bool || op >= firstComparison ? 0 : 2;
  let begin = task * words.perTask;
  const end = min(begin + words.perTask, words.length);
  let row = begin / inner;
  let column = begin - row * inner;
  while (begin < end) {
    let a = words.a + (<usize>rowStart(words, row, 1) << shift);
    let b = words.b + (<usize>rowStart(words, row, 2) << shift);
    if (advanceA) {
      a += <usize>column << shift;
    } else {
      v128.store(scratch, kind == Kind.Bool ? v128.load8_splat(a) : v128.load32_splat(a));
      a = scratch;
    }
    if (advanceB) {
      b += <usize>column << shift;
    } else {
      v128.store(scratch, kind == Kind.Bool ? v128.load8_splat(b) : v128.load32_splat(b), 16);
      b = scratch + 16;
    }
    const n = min(inner - column, end - begin);
    const to = words.out + (<usize>begin << toShift);
    if (kind == Kind.Float32) binaryRow(op, a, da, b, db, to, n);
    else if (kind == Kind.Int32) binaryIntRow(op, a, da, b, db, to, n);
    else binaryBoolRow(op, a, da, b, db, to, n, scratch);
    begin += n;
    row++;
    column = 0;
  }
}

export function binary_f32(task: i32, words: BinaryWords, scratch: usize): void {
  walk(Kind.Float32, Binary.Equal, task, words, scratch);
}

export function binary_i32(task: i32, words: BinaryWords, scratch: usize): void {
  walk(Kind.Int32, BinaryInt.Equal, task, words, scratch);
}

export function binary_bool(task: i32, words: BinaryWords, scratch: usize): void {
  walk(Kind.Bool, 0, task, words, scratch);
}

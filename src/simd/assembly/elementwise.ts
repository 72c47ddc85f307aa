/** Kernels that compute every element of the output from the same element of the inputs. */
import { exp4, expm14, log1p4, log4, sigmoid4, softplus4, tanh4 } from "./math";
import {
  Binary,
  BinaryWords,
  CastWords,
  Conversion,
  FillWords,
  Logical,
  LogicalWords,
  SelectWords,
  Unary,
  UnaryWords,
} from "./words.generated";
import { select, storeFirst } from "./vector";

// @ts-ignore: decorator
@inline
function unary4(op: Unary, x: v128, p: v128, q: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  if (op == Unary.Relu) return f32x4.max(x, zero);
  if (op == Unary.Relu6) return f32x4.min(f32x4.max(x, zero), f32x4.splat(6));
  if (op == Unary.LeakyRelu) return select(f32x4.lt(x, zero), f32x4.mul(p, x), x);
  if (op == Unary.Elu) return select(f32x4.ge(x, zero), x, expm14(x));
  if (op == Unary.Selu) {
    return select(f32x4.ge(x, zero), f32x4.mul(p, x), f32x4.mul(q, expm14(x)));
  }
  if (op == Unary.Step) {
    const y = select(f32x4.gt(x, zero), one, p);
    return select(f32x4.eq(x, x), y, x);
  }
  if (op == Unary.Sqrt) return f32x4.sqrt(x);
  if (op == Unary.Rsqrt) return f32x4.div(one, f32x4.sqrt(x));
  if (op == Unary.Square) return f32x4.mul(x, x);
  if (op == Unary.Neg) return f32x4.neg(x);
  if (op == Unary.Abs) return f32x4.abs(x);
  if (op == Unary.Exp) return exp4(x);
  if (op == Unary.Expm1) return expm14(x);
  if (op == Unary.Log) return log4(x);
  if (op == Unary.Log1p) return log1p4(x);
  if (op == Unary.Sigmoid) return sigmoid4(x);
  if (op == Unary.Tanh) return tanh4(x);
  if (op == Unary.Softplus) return softplus4(x);
  if (op == Unary.Reciprocal) return f32x4.div(one, x);
  if (op == Unary.Floor) return f32x4.floor(x);
  if (op == Unary.Ceil) return f32x4.ceil(x);
  if (op == Unary.Round) return f32x4.nearest(x);
  if (op == Unary.Sign) {
    const positive = v128.and(f32x4.gt(x, zero), one);
    return f32x4.sub(positive, v128.and(f32x4.lt(x, zero), one));
  }
  // ClipByValue; NaN is neither above nor below.
  const below = select(f32x4.lt(x, p), p, x);
  return select(f32x4.gt(x, q), q, below);
}

// @ts-ignore: decorator
@inline
function unaryLoop(op: Unary, from: usize, to: usize, bytes: usize, p: v128, q: v128): void {
  // The memory behind a tensor is a multiple of 64 bytes, so the last vector may be stored whole.
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(to + i, unary4(op, v128.load(from + i), p, q));
  }
}

/** out[i] = op(x[i]). */
export function unary_f32(task: i32, words: UnaryWords, scratch: usize): void {
  const block = words.perTask;
  const begin = task * block;
  const n = <usize>min(block, words.length - begin) << 2;
  const x = words.x + (<usize>begin << 2);
  const y = words.out + (<usize>begin << 2);
  const p = f32x4.splat(words.p);
  const q = f32x4.splat(words.q);
  switch (words.op) {
    case Unary.Relu: return unaryLoop(Unary.Relu, x, y, n, p, q);
    case Unary.Relu6: return unaryLoop(Unary.Relu6, x, y, n, p, q);
    case Unary.LeakyRelu: return unaryLoop(Unary.LeakyRelu, x, y, n, p, q);
    case Unary.Elu: return unaryLoop(Unary.Elu, x, y, n, p, q);
    case Unary.Selu: return unaryLoop(Unary.Selu, x, y, n, p, q);
    case Unary.Step: return unaryLoop(Unary.Step, x, y, n, p, q);
    case Unary.Sqrt: return unaryLoop(Unary.Sqrt, x, y, n, p, q);
    case Unary.Rsqrt: return unaryLoop(Unary.Rsqrt, x, y, n, p, q);
    case Unary.Square: return unaryLoop(Unary.Square, x, y, n, p, q);
    case Unary.Neg: return unaryLoop(Unary.Neg, x, y, n, p, q);
    case Unary.Abs: return unaryLoop(Unary.Abs, x, y, n, p, q);
    case Unary.Exp: return unaryLoop(Unary.Exp, x, y, n, p, q);
    case Unary.Expm1: return unaryLoop(Unary.Expm1, x, y, n, p, q);
    case Unary.Log: return unaryLoop(Unary.Log, x, y, n, p, q);
    case Unary.Log1p: return unaryLoop(Unary.Log1p, x, y, n, p, q);
    case Unary.Sigmoid: return unaryLoop(Unary.Sigmoid, x, y, n, p, q);
    case Unary.Tanh: return unaryLoop(Unary.Tanh, x, y, n, p, q);
    case Unary.Softplus: return unaryLoop(Unary.Softplus, x, y, n, p, q);
    case Unary.Reciprocal: return unaryLoop(Unary.Reciprocal, x, y, n, p, q);
    case Unary.Floor: return unaryLoop(Unary.Floor, x, y, n, p, q);
    case Unary.Ceil: return unaryLoop(Unary.Ceil, x, y, n, p, q);
    case Unary.Round: return unaryLoop(Unary.Round, x, y, n, p, q);
    case Unary.Sign: return unaryLoop(Unary.Sign, x, y, n, p, q);
    case Unary.ClipByValue: return unaryLoop(Unary.ClipByValue, x, y, n, p, q);
  }
}

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
  if (op == Binary.Equal) return f32x4.eq(a, b);
  if (op == Binary.NotEqual) return f32x4.ne(a, b);
  if (op == Binary.Less) return f32x4.lt(a, b);
  if (op == Binary.LessEqual) return f32x4.le(a, b);
  if (op == Binary.Greater) return f32x4.gt(a, b);
  return f32x4.ge(a, b);
}

/** One run of elements; a step of 0 bytes stays on a vector of equal lanes. */
// @ts-ignore: decorator
@inline
function binaryLoop(op: Binary, a: usize, da: usize, b: usize, db: usize, to: usize, n: i32): void {
  for (let whole = n & ~3; whole > 0; whole -= 4) {
    v128.store(to, binary4(op, v128.load(a), v128.load(b)));
    a += da;
    b += db;
    to += 16;
  }
  if (n & 3) storeFirst(to, binary4(op, v128.load(a), v128.load(b)), n & 3);
}

/** The same for operations whose output is a byte, 0 or 1. */
// @ts-ignore: decorator
@inline
function compareLoop(op: Binary, a: usize, da: usize, b: usize, db: usize, to: usize, n: i32): void {
  const ones = i8x16.splat(1);
  for (; n > 0; n -= 4) {
    const mask = binary4(op, v128.load(a), v128.load(b));
    const words = i16x8.narrow_i32x4_s(mask, mask);
    const bytes = v128.and(i8x16.narrow_i16x8_s(words, words), ones);
    if (n >= 4) {
      v128.store32_lane(to, bytes, 0);
    } else {
      v128.store8_lane(to, bytes, 0);
      if (n > 1) v128.store8_lane(to, bytes, 1, 1);
      if (n > 2) v128.store8_lane(to, bytes, 2, 2);
    }
    a += da;
    b += db;
    to += 4;
  }
}

/**
 * out = op(a, b) with broadcasting. The output is a number of rows of `inner` elements; along a row
 * each input either advances or stays.
 */
export function binary_f32(task: i32, words: BinaryWords, scratch: usize): void {
  const block = words.perTask;
  const op = words.op;
  const inner = words.inner;
  const advanceA = words.advanceA != 0;
  const advanceB = words.advanceB != 0;
  const outer = words.outer;
  const da: usize = advanceA ? 16 : 0;
  const db: usize = advanceB ? 16 : 0;
  const toShift: usize = op >= Binary.Equal ? 0 : 2;
  const out = words.out;
  let begin = task * block;
  const end = min(begin + block, words.length);
  let row = begin / inner;
  let column = begin - row * inner;
  while (begin < end) {
    // Where the row starts in each input.
    let a = words.a;
    let b = words.b;
    let rest = row;
    for (let d = 0, word = 0; d < outer; d++, word += 3) {
      const size = words.dimensions(word);
      const next = rest / size;
      const index = rest - next * size;
      a += <usize>(index * words.dimensions(word + 1)) << 2;
      b += <usize>(index * words.dimensions(word + 2)) << 2;
      rest = next;
    }
    if (advanceA) {
      a += <usize>column << 2;
    } else {
      v128.store(scratch, v128.load32_splat(a));
      a = scratch;
    }
    if (advanceB) {
      b += <usize>column << 2;
    } else {
      v128.store(scratch, v128.load32_splat(b), 16);
      b = scratch + 16;
    }
    const n = min(inner - column, end - begin);
    const to = out + (<usize>begin << toShift);
    switch (op) {
      case Binary.Add: binaryLoop(Binary.Add, a, da, b, db, to, n); break;
      case Binary.Sub: binaryLoop(Binary.Sub, a, da, b, db, to, n); break;
      case Binary.Multiply: binaryLoop(Binary.Multiply, a, da, b, db, to, n); break;
      case Binary.RealDiv: binaryLoop(Binary.RealDiv, a, da, b, db, to, n); break;
      case Binary.Maximum: binaryLoop(Binary.Maximum, a, da, b, db, to, n); break;
      case Binary.Minimum: binaryLoop(Binary.Minimum, a, da, b, db, to, n); break;
      case Binary.SquaredDifference:
        binaryLoop(Binary.SquaredDifference, a, da, b, db, to, n);
        break;
      case Binary.Prelu: binaryLoop(Binary.Prelu, a, da, b, db, to, n); break;
      case Binary.EluGrad: binaryLoop(Binary.EluGrad, a, da, b, db, to, n); break;
      case Binary.Equal: compareLoop(Binary.Equal, a, da, b, db, to, n); break;
      case Binary.NotEqual: compareLoop(Binary.NotEqual, a, da, b, db, to, n); break;
      case Binary.Less: compareLoop(Binary.Less, a, da, b, db, to, n); break;
      case Binary.LessEqual: compareLoop(Binary.LessEqual, a, da, b, db, to, n); break;
      case Binary.Greater: compareLoop(Binary.Greater, a, da, b, db, to, n); break;
      case Binary.GreaterEqual: compareLoop(Binary.GreaterEqual, a, da, b, db, to, n); break;
    }
    begin += n;
    row++;
    column = 0;
  }
}

/** out = a op b on bool tensors of one shape. */
export function logical_bool(task: i32, words: LogicalWords, scratch: usize): void {
  const block = words.perTask;
  const op = words.op;
  const begin = task * block;
  const n = <usize>min(block, words.length - begin);
  const a = words.a + begin;
  const b = words.b + begin;
  const to = words.out + begin;
  const zero = i8x16.splat(0);
  const one = i8x16.splat(1);
  for (let i: usize = 0; i < n; i += 16) {
    const isA = i8x16.ne(v128.load(a + i), zero);
    const isB = i8x16.ne(v128.load(b + i), zero);
    const both = v128.and(isA, isB);
    const either = v128.or(isA, isB);
    const mask = op == Logical.LogicalAnd ? both : op == Logical.LogicalOr ? either : v128.not(isA);
    v128.store(to + i, v128.and(mask, one));
  }
}

/** out = condition ? a : b on tensors of one shape; the condition is bool, the others float32. */
export function select_f32(task: i32, words: SelectWords, scratch: usize): void {
  const block = words.perTask;
  const begin = task * block;
  const n = <usize>min(block, words.length - begin);
  const condition = words.condition + begin;
  const a = words.a + (<usize>begin << 2);
  const b = words.b + (<usize>begin << 2);
  const to = words.out + (<usize>begin << 2);
  const zero = i32x4.splat(0);
  for (let i: usize = 0; i < n; i += 4) {
    const bytes = v128.load32_zero(condition + i);
    const lanes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
    const at = i << 2;
    v128.store(to + at, select(i32x4.ne(lanes, zero), v128.load(a + at), v128.load(b + at)));
  }
}

/** out[i] = value, elements of four bytes. */
export function fill_32(task: i32, words: FillWords, scratch: usize): void {
  const block = words.perTask;
  const begin = task * block;
  const n = <usize>min(block, words.length - begin) << 2;
  const to = words.out + (<usize>begin << 2);
  const value = i32x4.splat(words.value);
  for (let i: usize = 0; i < n; i += 16) v128.store(to + i, value);
}

/** out[i] = value, bytes. */
export function fill_8(task: i32, words: FillWords, scratch: usize): void {
  const begin = task * words.perTask;
  const n = min(words.perTask, words.length - begin);
  memory.fill(words.out + <usize>begin, <u8>words.value, <usize>n);
}

/** out[i] = x[i] as another dtype. */
export function cast(task: i32, words: CastWords, scratch: usize): void {
  const block = words.perTask;
  const conversion = words.conversion;
  const begin = <usize>(task * block);
  const n = min(<usize>block, <usize>words.length - begin);
  const x = words.x;
  const y = words.out;
  for (let i = begin; i < begin + n; i += 4) {
    if (conversion == Conversion.Int32ToFloat32) {
      v128.store(y + (i << 2), f32x4.convert_i32x4_s(v128.load(x + (i << 2))));
    } else if (conversion != Conversion.Float32ToBool) {
      const words = i16x8.extend_low_i8x16_u(v128.load32_zero(x + i));
      const integers = i32x4.extend_low_i16x8_u(words);
      const asInt32 = conversion == Conversion.BoolToInt32;
      v128.store(y + (i << 2), asInt32 ? integers : f32x4.convert_i32x4_s(integers));
    } else {
      const mask = f32x4.ne(v128.load(x + (i << 2)), f32x4.splat(0));
      const words = i16x8.narrow_i32x4_s(mask, mask);
      v128.store32_lane(y + i, v128.and(i8x16.narrow_i16x8_s(words, words), i8x16.splat(1)), 0);
    }
  }
}

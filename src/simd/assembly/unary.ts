/** Kernels that compute every element of the output from the same element of one input. */
import { activationBlock } from "./activation";
import { erf4, exp4, expm14, log1p4, log4, sigmoid4, softplus4, tanh4 } from "./math";
import {
  Predicate,
  PredicateWords,
  Unary,
  UnaryInt,
  UnaryIntWords,
  UnaryWords,
} from "./words.generated";
import { select } from "./vector";

// @ts-ignore: decorator
@inline
function unary4(op: Unary, x: v128, p: v128, q: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  // pmax and pmin are one instruction each, and pass NaN on; the sum turns -0 into 0.
  if (op == Unary.Relu) return f32x4.add(f32x4.pmax(x, zero), zero);
  if (op == Unary.Relu6) return f32x4.pmin(f32x4.add(f32x4.pmax(x, zero), zero), f32x4.splat(6));
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
  if (op == Unary.Erf) return erf4(x);
  // ClipByValue; NaN is neither above nor below.
  const below = select(f32x4.lt(x, p), p, x);
  return select(f32x4.gt(x, q), q, below);
}

/** Four vectors at a time: what an operation of one or two instructions needs to be worth the loop. */
// @ts-ignore: decorator
@inline
function quickLoop(op: Unary, from: usize, to: usize, bytes: usize, p: v128, q: v128): void {
  const whole = bytes & ~(<usize>63);
  for (let i: usize = 0; i < whole; i += 64) {
    v128.store(to + i, unary4(op, v128.load(from + i), p, q));
    v128.store(to + i, unary4(op, v128.load(from + i, 16), p, q), 16);
    v128.store(to + i, unary4(op, v128.load(from + i, 32), p, q), 32);
    v128.store(to + i, unary4(op, v128.load(from + i, 48), p, q), 48);
  }
  unaryLoop(op, from + whole, to + whole, bytes - whole, p, q);
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
  const at = <usize>begin << 2;
  unaryBlock(words.op, words.x + at, words.out + at, n, f32x4.splat(words.p), f32x4.splat(words.q));
}

/** The same of `n` bytes at x, which may be those at y; the last vector is stored whole. */
export function unaryBlock(op: i32, x: usize, y: usize, n: usize, p: v128, q: v128): void {
  // A function of their own: optimizing takes more than twice as long for one of twice the size.
  if (op >= Unary.Gelu) return activationBlock(op, x, y, n);
  switch (op) {
    case Unary.Relu: return quickLoop(Unary.Relu, x, y, n, p, q);
    case Unary.Relu6: return quickLoop(Unary.Relu6, x, y, n, p, q);
    case Unary.LeakyRelu: return quickLoop(Unary.LeakyRelu, x, y, n, p, q);
    case Unary.Elu: return unaryLoop(Unary.Elu, x, y, n, p, q);
    case Unary.Selu: return unaryLoop(Unary.Selu, x, y, n, p, q);
    case Unary.Step: return quickLoop(Unary.Step, x, y, n, p, q);
    case Unary.Sqrt: return quickLoop(Unary.Sqrt, x, y, n, p, q);
    case Unary.Rsqrt: return unaryLoop(Unary.Rsqrt, x, y, n, p, q);
    case Unary.Square: return quickLoop(Unary.Square, x, y, n, p, q);
    case Unary.Neg: return quickLoop(Unary.Neg, x, y, n, p, q);
    case Unary.Abs: return quickLoop(Unary.Abs, x, y, n, p, q);
    case Unary.Exp: return unaryLoop(Unary.Exp, x, y, n, p, q);
    case Unary.Expm1: return unaryLoop(Unary.Expm1, x, y, n, p, q);
    case Unary.Log: return unaryLoop(Unary.Log, x, y, n, p, q);
    case Unary.Log1p: return unaryLoop(Unary.Log1p, x, y, n, p, q);
    case Unary.Sigmoid: return unaryLoop(Unary.Sigmoid, x, y, n, p, q);
    case Unary.Tanh: return unaryLoop(Unary.Tanh, x, y, n, p, q);
    case Unary.Softplus: return unaryLoop(Unary.Softplus, x, y, n, p, q);
    case Unary.Reciprocal: return quickLoop(Unary.Reciprocal, x, y, n, p, q);
    case Unary.Floor: return quickLoop(Unary.Floor, x, y, n, p, q);
    case Unary.Ceil: return quickLoop(Unary.Ceil, x, y, n, p, q);
    case Unary.Round: return quickLoop(Unary.Round, x, y, n, p, q);
    case Unary.Sign: return unaryLoop(Unary.Sign, x, y, n, p, q);
    case Unary.Erf: return unaryLoop(Unary.Erf, x, y, n, p, q);
    case Unary.ClipByValue: return quickLoop(Unary.ClipByValue, x, y, n, p, q);
  }
}

// @ts-ignore: decorator
@inline
function unaryInt4(op: UnaryInt, x: v128, p: v128, q: v128): v128 {
  const zero = i32x4.splat(0);
  if (op == UnaryInt.Neg) return i32x4.neg(x);
  if (op == UnaryInt.Abs) return i32x4.abs(x);
  if (op == UnaryInt.Square) return i32x4.mul(x, x);
  if (op == UnaryInt.Sign) return i32x4.sub(i32x4.lt_s(x, zero), i32x4.gt_s(x, zero));
  if (op == UnaryInt.Relu) return i32x4.max_s(x, zero);
  return i32x4.min_s(i32x4.max_s(x, p), q);
}

/** out[i] = op(x[i]) of int32. */
export function unary_i32(task: i32, words: UnaryIntWords, scratch: usize): void {
  const begin = task * words.perTask;
  const n = <usize>min(words.perTask, words.length - begin) << 2;
  const x = words.x + (<usize>begin << 2);
  const y = words.out + (<usize>begin << 2);
  const p = i32x4.splat(words.p);
  const q = i32x4.splat(words.q);
  const op = words.op;
  for (let i: usize = 0; i < n; i += 16) {
    const value = v128.load(x + i);
    let result = value;
    switch (op) {
      case UnaryInt.Neg: result = unaryInt4(UnaryInt.Neg, value, p, q); break;
      case UnaryInt.Abs: result = unaryInt4(UnaryInt.Abs, value, p, q); break;
      case UnaryInt.Square: result = unaryInt4(UnaryInt.Square, value, p, q); break;
      case UnaryInt.Sign: result = unaryInt4(UnaryInt.Sign, value, p, q); break;
      case UnaryInt.Relu: result = unaryInt4(UnaryInt.Relu, value, p, q); break;
      case UnaryInt.ClipByValue: result = unaryInt4(UnaryInt.ClipByValue, value, p, q); break;
    }
    v128.store(y + i, result);
  }
}

/** out[i] = 1 where x[i] is NaN, infinite or finite; else 0. */
export function predicate_f32(task: i32, words: PredicateWords, scratch: usize): void {
  const begin = task * words.perTask;
  const n = <usize>min(words.perTask, words.length - begin);
  const x = words.x + (<usize>begin << 2);
  const to = words.out + begin;
  const op = words.op;
  const infinity = f32x4.splat(Infinity);
  for (let i: usize = 0; i < n; i += 4) {
    const value = v128.load(x + (i << 2));
    const size = f32x4.abs(value);
    const isNan = f32x4.ne(value, value);
    const isInf = f32x4.eq(size, infinity);
    const isFinite = f32x4.lt(size, infinity);
    const mask = op == Predicate.IsNan ? isNan : op == Predicate.IsInf ? isInf : isFinite;
    const narrow = i16x8.narrow_i32x4_s(mask, mask);
    v128.store32_lane(to + i, v128.and(i8x16.narrow_i16x8_s(narrow, narrow), i8x16.splat(1)), 0);
  }
}

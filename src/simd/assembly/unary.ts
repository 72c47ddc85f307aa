/** Kernels that compute every element of the output from the same element of one input. */
import { activation4 } from "./activation";
import { erf4, Exponential, exponential16, log1p4, log4 } from "./math";
import {
  Predicate,
  PredicateWords,
  Unary,
  UnaryInt,
  UnaryIntWords,
  UnaryWords,
} from "./words.generated";
import { ofMasks, select } from "./vector";

// @ts-ignore: decorator
@inline
function unary4(op: Unary, x: v128, p: v128, q: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  // pmax and pmin are one instruction each, and pass NaN on; the sum turns -0 into 0.
  if (op == Unary.Relu) return f32x4.add(f32x4.pmax(x, zero), zero);
  if (op == Unary.Relu6) return f32x4.pmin(f32x4.add(f32x4.pmax(x, zero), zero), f32x4.splat(6));
  if (op == Unary.LeakyRelu) return select(f32x4.lt(x, zero), f32x4.mul(p, x), x);
  if (op == Unary.Step) {
    const y = select(f32x4.gt(x, zero), one, p);
    return select(f32x4.eq(x, x), y, x);
  }
  if (op == Unary.Sqrt) return f32x4.sqrt(x);
  if (op == Unary.Rsqrt) return f32x4.div(one, f32x4.sqrt(x));
  if (op == Unary.Square) return f32x4.mul(x, x);
  if (op == Unary.Neg) return f32x4.neg(x);
  if (op == Unary.Abs) return f32x4.abs(x);
  if (op == Unary.Log) return log4(x);
  if (op == Unary.Log1p) return log1p4(x);
  if (op == Unary.Reciprocal) return f32x4.div(one, x);
  if (op == Unary.Floor) return f32x4.floor(x);
  if (op == Unary.Ceil) return f32x4.ceil(x);
  if (op == Unary.Round) return f32x4.nearest(x);
  if (op == Unary.Sign) {
    const positive = v128.and(f32x4.gt(x, zero), one);
    return f32x4.sub(positive, v128.and(f32x4.lt(x, zero), one));
  }
  if (op == Unary.Erf) return erf4(x);
  if (op >= Unary.Gelu) return activation4(op, x);
  // ClipByValue; NaN is neither above nor below.
  return f32x4.pmin(f32x4.pmax(x, p), q);
}

// @ts-ignore: decorator
@inline
function unary16(op: Unary, from: usize, to: usize, p: v128, q: v128): void {
  if (op == Unary.Exp) exponential16(Exponential.Exp, from, to, p, q);
  else if (op == Unary.Expm1) exponential16(Exponential.Expm1, from, to, p, q);
  else if (op == Unary.Elu) exponential16(Exponential.Elu, from, to, f32x4.splat(1), f32x4.splat(1));
  else if (op == Unary.Selu) exponential16(Exponential.Elu, from, to, p, q);
  else if (op == Unary.Sigmoid) exponential16(Exponential.Sigmoid, from, to, p, q);
  else if (op == Unary.Tanh) exponential16(Exponential.Tanh, from, to, p, q);
  else if (op == Unary.Softplus) exponential16(Exponential.Softplus, from, to, p, q);
  else {
    v128.store(to, unary4(op, v128.load(from), p, q));
    v128.store(to, unary4(op, v128.load(from, 16), p, q), 16);
    v128.store(to, unary4(op, v128.load(from, 32), p, q), 32);
    v128.store(to, unary4(op, v128.load(from, 48), p, q), 48);
  }
}

/** out[i] = op(x[i]). The memory behind a tensor is a multiple of 64 bytes. */
// @ts-ignore: decorator
@inline
export function unary(op: Unary, task: i32, words: UnaryWords, scratch: usize): void {
  const first = <usize>(task * words.perTask) << 2;
  const bytes = min(<usize>words.perTask << 2, (<usize>words.length << 2) - first);
  const p = f32x4.splat(words.p);
  const q = f32x4.splat(words.q);
  let from = words.x + first;
  let to = words.out + first;
  for (const end = from + bytes; from < end; from += 64) {
    unary16(op, from, to, p, q);
    to += 64;
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
// @ts-ignore: decorator
@inline
export function unaryInt(op: UnaryInt, task: i32, words: UnaryIntWords, scratch: usize): void {
  const begin = task * words.perTask;
  const bytes = <usize>min(words.perTask, words.length - begin) << 2;
  const x = words.x + (<usize>begin << 2);
  const to = words.out + (<usize>begin << 2);
  const p = i32x4.splat(words.p);
  const q = i32x4.splat(words.q);
  for (let i: usize = 0; i < bytes; i += 32) {
    v128.store(to + i, unaryInt4(op, v128.load(x + i), p, q));
    v128.store(to + i, unaryInt4(op, v128.load(x + i, 16), p, q), 16);
  }
}

// @ts-ignore: decorator
@inline
function predicate4(op: Predicate, x: v128): v128 {
  if (op == Predicate.IsNan) return f32x4.ne(x, x);
  const size = f32x4.abs(x);
  const infinity = f32x4.splat(Infinity);
  return op == Predicate.IsInf ? f32x4.eq(size, infinity) : f32x4.lt(size, infinity);
}

/** out[i] = 1 where x[i] is NaN, infinite or finite; else 0. */
// @ts-ignore: decorator
@inline
export function predicate(op: Predicate, task: i32, words: PredicateWords, scratch: usize): void {
  const begin = task * words.perTask;
  const n = <usize>min(words.perTask, words.length - begin);
  const x = words.x + (<usize>begin << 2);
  const to = words.out + begin;
  for (let i: usize = 0; i < n; i += 16) {
    const at = x + (i << 2);
    const a = predicate4(op, v128.load(at));
    const b = predicate4(op, v128.load(at, 16));
    const c = predicate4(op, v128.load(at, 32));
    v128.store(to + i, ofMasks(a, b, c, predicate4(op, v128.load(at, 48))));
  }
}

/**
 * Activations that are composed of others, and their slopes.
 */
import { exp4, float, polynomial, term } from "./math";
import { madd, select } from "./vector";
import { Float } from "./words.generated";

/**
 * x / 2 (1 + erf(x / sqrt(2))) = max(x, 0) - a / 2 erfc(a / sqrt(2)), a = |x|: nothing cancels where the
 * result is small. erfc / 2 is a rational function up to 5.5, where the term is less than 1.1e-7.
 */
// @ts-ignore: decorator
@inline
export function gelu4(x: v128): v128 {
  const size = f32x4.abs(x);
  const end = float(Float.GeluEnd);
  const a = f32x4.pmin(size, end);
  let p = float(Float.GeluAbove0);
  p = term(a, p, Float.GeluAbove1);
  p = term(a, p, Float.GeluAbove2);
  p = term(a, p, Float.GeluAbove3);
  p = term(a, p, Float.GeluAbove4);
  p = term(a, p, Float.GeluAbove5);
  let q = float(Float.GeluBelow0);
  q = term(a, q, Float.GeluBelow1);
  q = term(a, q, Float.GeluBelow2);
  q = term(a, q, Float.GeluBelow3);
  q = term(a, q, Float.GeluBelow4);
  q = term(a, q, Float.GeluBelow5);
  q = term(a, q, Float.GeluBelow6);
  q = term(a, q, Float.GeluBelow7);
  q = term(a, q, Float.One);
  const rest = v128.and(f32x4.div(f32x4.mul(a, p), q), f32x4.lt(size, end));
  return f32x4.sub(f32x4.pmax(x, f32x4.splat(0)), rest);
}

/**
 * Its slope, (1 + erf(x / sqrt(2))) / 2 + x exp(-x^2 / 2) / sqrt(2 pi): 1/2 and a rational function of x
 * up to 6, where it is 1/2 to the last bit.
 */
// @ts-ignore: decorator
@inline
export function geluGradient4(x: v128): v128 {
  const bounded = f32x4.pmax(f32x4.pmin(x, float(Float.SlopeHigh)), float(Float.SlopeLow));
  const z = f32x4.mul(bounded, bounded);
  let p = float(Float.SlopeAbove0);
  p = term(z, p, Float.SlopeAbove1);
  p = term(z, p, Float.SlopeAbove2);
  p = term(z, p, Float.SlopeAbove3);
  p = term(z, p, Float.SlopeAbove4);
  p = term(z, p, Float.SlopeAbove5);
  p = term(z, p, Float.SlopeAbove6);
  let q = float(Float.SlopeBelow0);
  q = term(z, q, Float.SlopeBelow1);
  q = term(z, q, Float.SlopeBelow2);
  q = term(z, q, Float.SlopeBelow3);
  q = term(z, q, Float.SlopeBelow4);
  q = term(z, q, Float.SlopeBelow5);
  q = term(z, q, Float.SlopeBelow6);
  q = term(z, q, Float.SlopeBelow7);
  return f32x4.add(f32x4.div(f32x4.mul(bounded, p), q), float(Float.Half));
}

/**
 * GELU by tanh: x / 2 (1 + tanh(u)) = x sigmoid(2 u), with 2 u = x s(x^2). This is s.
 */
// @ts-ignore: decorator
@inline
export function geluSlope4(square: v128): v128 {
  // 2 sqrt(2 / pi) (1 + 0.044715 x^2)
  return polynomial(square, f32x4.splat(0.07135481282712746), 1.5957691216057308);
}

/** sigmoid(t) + d t sigmoid'(t): the slope of x sigmoid(t) where d t is x times that of t. */
// @ts-ignore: decorator
@inline
function sigmoidSlope(t: v128, dt: v128): v128 {
  const one = float(Float.One);
  // sigmoid is r, or e r of negative numbers, and its slope e r^2, without cancellation.
  const e = exp4(f32x4.neg(f32x4.abs(t)));
  const r = f32x4.div(one, f32x4.add(one, e));
  const er = f32x4.mul(e, r);
  return madd(f32x4.mul(er, r), dt, select(f32x4.lt(t, f32x4.splat(0)), er, r));
}

/** Its slope. */
// @ts-ignore: decorator
@inline
export function geluNewGradient4(x: v128): v128 {
  const square = f32x4.mul(x, x);
  const inner = polynomial(square, f32x4.splat(0.21406443848138237), 1.5957691216057308);
  return sigmoidSlope(f32x4.mul(x, geluSlope4(square)), f32x4.mul(x, inner));
}

/** The slope of x sigmoid(x). */
// @ts-ignore: decorator
@inline
export function swishGradient4(x: v128): v128 {
  return sigmoidSlope(x, x);
}

/** Beyond 20 mish is x; exp(20)^4 is still in range. */
// @ts-ignore: decorator
@inline
function boundedForMish(x: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, f32x4.splat(20)), f32x4.splat(-104));
}

/** x tanh(log(1 + e)), e = exp(x): with n = e (e + 2) it is x n / (n + 2). */
// @ts-ignore: decorator
@inline
export function mish4(x: v128): v128 {
  const two = f32x4.splat(2);
  const e = exp4(boundedForMish(x));
  const n = f32x4.mul(e, f32x4.add(e, two));
  return f32x4.mul(x, f32x4.div(n, f32x4.add(n, two)));
}

/** Its slope: n / (n + 2) + 4 x e (1 + e) / (n + 2)^2. */
// @ts-ignore: decorator
@inline
export function mishGradient4(x: v128): v128 {
  const one = f32x4.splat(1);
  const two = f32x4.splat(2);
  const bounded = boundedForMish(x);
  const e = exp4(bounded);
  const n = f32x4.mul(e, f32x4.add(e, two));
  const r = f32x4.div(one, f32x4.add(n, two));
  const bend = f32x4.mul(f32x4.mul(e, r), f32x4.mul(f32x4.add(e, one), r));
  return f32x4.add(f32x4.mul(n, r), f32x4.mul(f32x4.mul(f32x4.splat(4), bounded), bend));
}

/** A hard sigmoid before its ends are cut off. */
// @ts-ignore: decorator
@inline
export function hardSigmoidLine4(x: v128): v128 {
  return polynomial(x, f32x4.splat(0.2), 0.5);
}

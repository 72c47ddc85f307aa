/**
 * Activations that are composed of others, and their slopes.
 */
import { erf4, exp4, polynomial, sigmoid4 } from "./math";

/** x / 2 (1 + erf(x / sqrt(2))). */
// @ts-ignore: decorator
@inline
export function gelu4(x: v128): v128 {
  const erf = erf4(f32x4.mul(x, f32x4.splat(0.7071067811865476)));
  return f32x4.mul(f32x4.mul(x, f32x4.splat(0.5)), f32x4.add(erf, f32x4.splat(1)));
}

/**
 * Its slope, (1 + erf(x / sqrt(2))) / 2 + x exp(-x^2 / 2) / sqrt(2 pi): 1/2 and a rational function of x
 * up to 6, where it is 1/2 to the last bit.
 */
// @ts-ignore: decorator
@inline
export function geluGradient4(x: v128): v128 {
  const bounded = f32x4.pmax(f32x4.pmin(x, f32x4.splat(6)), f32x4.splat(-6));
  const z = f32x4.mul(bounded, bounded);
  let p = f32x4.splat(6.804873997623417e-9);
  p = polynomial(z, p, 3.681913369746326e-7);
  p = polynomial(z, p, 1.361262911814265e-5);
  p = polynomial(z, p, 8.088874164968729e-5);
  p = polynomial(z, p, 5.533300805836916e-3);
  p = polynomial(z, p, -8.936100639402866e-3);
  p = polynomial(z, p, 3.185918927192688e-1);
  let q = f32x4.splat(5.249032875020987e-10);
  q = polynomial(z, q, 1.3530181774967787e-7);
  q = polynomial(z, q, 4.115008778171614e-6);
  q = polynomial(z, q, 9.794094512471929e-5);
  q = polynomial(z, q, 1.5856306999921799e-3);
  q = polynomial(z, q, 1.7621107399463654e-2);
  q = polynomial(z, q, 1.2189868837594986e-1);
  q = polynomial(z, q, 3.9929574728012085e-1);
  return f32x4.add(f32x4.div(f32x4.mul(bounded, p), q), f32x4.splat(0.5));
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

/** Its slope: sigmoid(2 u) + x sigmoid'(2 u) 2 u'. */
// @ts-ignore: decorator
@inline
export function geluNewGradient4(x: v128): v128 {
  const square = f32x4.mul(x, x);
  const s = sigmoid4(f32x4.mul(x, geluSlope4(square)));
  const inner = polynomial(square, f32x4.splat(0.21406443848138237), 1.5957691216057308);
  const rest = f32x4.mul(s, f32x4.sub(f32x4.splat(1), s));
  return f32x4.add(s, f32x4.mul(f32x4.mul(x, inner), rest));
}

/** The slope of x sigmoid(x). */
// @ts-ignore: decorator
@inline
export function swishGradient4(x: v128): v128 {
  const one = f32x4.splat(1);
  const s = sigmoid4(x);
  return f32x4.mul(s, f32x4.add(one, f32x4.mul(x, f32x4.sub(one, s))));
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

/**
 * exp, log and their relatives for four lanes: own polynomials, so that every machine, engine and
 * build computes the same bits. Errors against exact arithmetic are at most 3 units in the last
 * place (test/simd/math.test.ts). The polynomials are those of the Cephes library (expf, logf,
 * tanhf).
 */
import { select } from "./vector";

// @ts-ignore: decorator
@inline
function polynomial(x: v128, acc: v128, next: f32): v128 {
  return f32x4.add(f32x4.mul(acc, x), f32x4.splat(next));
}

/** 2^n of integer lanes -126 <= n <= 127. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** Adding this rounds a float of moderate size to an integer, which is then in its low bits. */
const ROUND: f32 = 12582912;

/** The integer nearest to x / log 2, still with ROUND added. */
// @ts-ignore: decorator
@inline
function nearestPower(x: v128): v128 {
  return f32x4.add(f32x4.mul(x, f32x4.splat(1.4426950408889634)), f32x4.splat(ROUND));
}

/** The bounds as given, except that NaN passes; cheaper than min and max. */
// @ts-ignore: decorator
@inline
function clamp(x: v128, low: f32, high: f32): v128 {
  return f32x4.pmax(f32x4.pmin(x, f32x4.splat(high)), f32x4.splat(low));
}

/** exp(x - n * log 2) - 1 for |x - n * log 2| <= log(2) / 2. */
// @ts-ignore: decorator
@inline
function expm1Reduced(x: v128, n: v128): v128 {
  // log 2 in two parts, of which the first has so few bits that its product with n is exact.
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = polynomial(r, p, 1.3981999507e-3);
  p = polynomial(r, p, 8.3334519073e-3);
  p = polynomial(r, p, 4.1665795894e-2);
  p = polynomial(r, p, 1.6666665459e-1);
  p = polynomial(r, p, 5.0000001201e-1);
  return f32x4.add(f32x4.mul(f32x4.mul(r, r), p), r);
}

export function exp4(x: v128): v128 {
  // Beyond these bounds the result is 0 or infinity.
  const bounded = clamp(x, -104, 89);
  const rounded = nearestPower(bounded);
  const n = f32x4.sub(rounded, f32x4.splat(ROUND));
  const y = f32x4.add(expm1Reduced(bounded, n), f32x4.splat(1));
  // In two steps, because 2^n alone may be out of range where the result is not.
  const whole = i32x4.sub(rounded, f32x4.splat(ROUND));
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(whole, half)));
}

/** exp(x) - 1 without cancellation: 2 (2^(n-1) p + (2^(n-1) - 1/2)), where p = exp(r) - 1. */
export function expm14(x: v128): v128 {
  const bounded = clamp(x, -30, 89);
  const rounded = nearestPower(bounded);
  const p = expm1Reduced(bounded, f32x4.sub(rounded, f32x4.splat(ROUND)));
  const whole = i32x4.sub(rounded, f32x4.splat(ROUND));
  const scale = powerOfTwo(i32x4.sub(whole, i32x4.splat(1)));
  const y = f32x4.add(f32x4.mul(scale, p), f32x4.sub(scale, f32x4.splat(0.5)));
  return f32x4.add(y, y);
}

export function log4(x: v128): v128 {
  // Denormals are lifted into the normal range first.
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const lifted = select(tiny, f32x4.mul(x, f32x4.splat(8388608)), x);
  // x = m * 2^e with sqrt(1/2) <= m < sqrt(2).
  const shifted = i32x4.sub(lifted, i32x4.splat(0x3f3504f3));
  let e = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  e = f32x4.sub(e, v128.and(tiny, f32x4.splat(23)));
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const r = f32x4.sub(m, f32x4.splat(1));
  const z = f32x4.mul(r, r);
  let p = f32x4.splat(7.0376836292e-2);
  p = polynomial(r, p, -1.1514610310e-1);
  p = polynomial(r, p, 1.1676998740e-1);
  p = polynomial(r, p, -1.2420140846e-1);
  p = polynomial(r, p, 1.4249322787e-1);
  p = polynomial(r, p, -1.6668057665e-1);
  p = polynomial(r, p, 2.0000714765e-1);
  p = polynomial(r, p, -2.4999993993e-1);
  p = polynomial(r, p, 3.3333331174e-1);
  p = f32x4.mul(f32x4.mul(p, r), z);
  p = f32x4.add(p, f32x4.mul(e, f32x4.splat(-2.12194440e-4)));
  p = f32x4.sub(p, f32x4.mul(z, f32x4.splat(0.5)));
  p = f32x4.add(f32x4.add(r, p), f32x4.mul(e, f32x4.splat(0.693359375)));
  // log(infinity) = infinity, log(0) = -infinity, log of a negative number = NaN, log(NaN) = NaN.
  p = select(f32x4.eq(x, f32x4.splat(Infinity)), x, p);
  p = select(f32x4.eq(x, f32x4.splat(0)), f32x4.splat(-Infinity), p);
  return select(f32x4.ge(x, f32x4.splat(0)), p, f32x4.splat(NaN));
}

/** log(1 + x): the rounding of u = 1 + x is made good by the factor x / (u - 1). */
export function log1p4(x: v128): v128 {
  const one = f32x4.splat(1);
  const u = f32x4.add(x, one);
  const y = f32x4.mul(log4(u), f32x4.div(x, f32x4.sub(u, one)));
  return select(v128.or(f32x4.eq(u, one), f32x4.eq(u, f32x4.splat(Infinity))), x, y);
}

/** 1 / (1 + exp(-x)), from exp(-|x|), which cannot overflow. */
export function sigmoid4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const one = f32x4.splat(1);
  return f32x4.div(select(f32x4.lt(x, f32x4.splat(0)), e, one), f32x4.add(one, e));
}

export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  // Small arguments: an odd polynomial.
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = polynomial(z, p, 2.06390887954e-2);
  p = polynomial(z, p, -5.37397155531e-2);
  p = polynomial(z, p, 1.33314422036e-1);
  p = polynomial(z, p, -3.33332819422e-1);
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  // Others: 1 - 2 / (exp(2 |x|) + 1) with the sign of x.
  const one = f32x4.splat(1);
  const e = exp4(f32x4.add(size, size));
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(e, one)));
  const signed = v128.or(far, v128.and(x, i32x4.splat(0x80000000)));
  return select(f32x4.lt(size, f32x4.splat(0.625)), near, signed);
}

/** log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)). */
export function softplus4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), log1p4(e));
}

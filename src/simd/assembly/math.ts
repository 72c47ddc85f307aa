/**
 * exp, log and their relatives for four lanes: own polynomials, so that every machine, engine and
 * build computes the same bits. Errors against exact arithmetic are at most 3 units in the last
 * place (test/simd/math.test.ts). The polynomials are those of the Cephes library (expf, logf,
 * tanhf).
 */
import { select } from "./vector";

// @ts-ignore: decorator
@inline
export function polynomial(x: v128, acc: v128, next: f32): v128 {
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

// @ts-ignore: decorator
@inline
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
// @ts-ignore: decorator
@inline
export function expm14(x: v128): v128 {
  const bounded = clamp(x, -30, 89);
  const rounded = nearestPower(bounded);
  const p = expm1Reduced(bounded, f32x4.sub(rounded, f32x4.splat(ROUND)));
  const whole = i32x4.sub(rounded, f32x4.splat(ROUND));
  const scale = powerOfTwo(i32x4.sub(whole, i32x4.splat(1)));
  const y = f32x4.add(f32x4.mul(scale, p), f32x4.sub(scale, f32x4.splat(0.5)));
  return f32x4.add(y, y);
}

// @ts-ignore: decorator
@inline
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
// @ts-ignore: decorator
@inline
export function log1p4(x: v128): v128 {
  const one = f32x4.splat(1);
  const u = f32x4.add(x, one);
  const y = f32x4.mul(log4(u), f32x4.div(x, f32x4.sub(u, one)));
  return select(v128.or(f32x4.eq(u, one), f32x4.eq(u, f32x4.splat(Infinity))), x, y);
}

/** 1 / (1 + exp(-x)), from exp(-|x|), which cannot overflow. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const one = f32x4.splat(1);
  return f32x4.div(select(f32x4.lt(x, f32x4.splat(0)), e, one), f32x4.add(one, e));
}

// @ts-ignore: decorator
@inline
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
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), log1p4(e));
}

/** The error function: a rational function of x up to 4, where it is 1 to the last bit. */
// @ts-ignore: decorator
@inline
export function erf4(x: v128): v128 {
  const bounded = clamp(x, -4, 4);
  const z = f32x4.mul(bounded, bounded);
  let p = f32x4.splat(-2.72614225801306e-10);
  p = polynomial(z, p, 2.77068142495902e-8);
  p = polynomial(z, p, -2.10102402082508e-6);
  p = polynomial(z, p, -5.69250639462346e-5);
  p = polynomial(z, p, -7.34990630326855e-4);
  p = polynomial(z, p, -2.95459980854025e-3);
  p = polynomial(z, p, -1.60960333262415e-2);
  let q = f32x4.splat(-1.45660718464996e-5);
  q = polynomial(z, q, -2.13374055278905e-4);
  q = polynomial(z, q, -1.68282697438203e-3);
  q = polynomial(z, q, -7.37332916720468e-3);
  q = polynomial(z, q, -1.42647390514189e-2);
  return f32x4.div(f32x4.mul(bounded, p), q);
}

// @ts-ignore: decorator
@inline
function polynomial64(x: v128, acc: v128, next: f64): v128 {
  return f64x2.add(f64x2.mul(acc, x), f64x2.splat(next));
}

/** x^y of two lanes in float64, for finite x > 0 of float32 and finite y. */
function positivePower(x: v128, y: v128): v128 {
  // x = m 2^e with sqrt(1/2) <= m < sqrt(2).
  const shifted = i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd));
  const whole = i64x2.shr_s(shifted, 52);
  const m = i64x2.sub(x, i64x2.shl(whole, 52));
  const e = f64x2(<f64>i64x2.extract_lane(whole, 0), <f64>i64x2.extract_lane(whole, 1));
  // log m = 2 (s + s^3 / 3 + ...) with s = (m - 1) / (m + 1).
  const one = f64x2.splat(1);
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const z = f64x2.mul(s, s);
  let p = f64x2.splat(2.0 / 15);
  p = polynomial64(z, p, 2.0 / 13);
  p = polynomial64(z, p, 2.0 / 11);
  p = polynomial64(z, p, 2.0 / 9);
  p = polynomial64(z, p, 2.0 / 7);
  p = polynomial64(z, p, 2.0 / 5);
  p = polynomial64(z, p, 2.0 / 3);
  p = polynomial64(z, p, 2);
  const log = f64x2.add(f64x2.mul(s, p), f64x2.mul(e, f64x2.splat(0.6931471805599453)));
  // exp(t) = 2^n exp(r); beyond these bounds a float32 is 0 or infinity.
  const t = f64x2.max(f64x2.min(f64x2.mul(y, log), f64x2.splat(100)), f64x2.splat(-110));
  const n = f64x2.nearest(f64x2.mul(t, f64x2.splat(1.4426950408889634)));
  const r = f64x2.sub(t, f64x2.mul(n, f64x2.splat(0.6931471805599453)));
  let q = f64x2.splat(1.0 / 362880);
  q = polynomial64(r, q, 1.0 / 40320);
  q = polynomial64(r, q, 1.0 / 5040);
  q = polynomial64(r, q, 1.0 / 720);
  q = polynomial64(r, q, 1.0 / 120);
  q = polynomial64(r, q, 1.0 / 24);
  q = polynomial64(r, q, 1.0 / 6);
  q = polynomial64(r, q, 0.5);
  q = polynomial64(r, q, 1);
  q = polynomial64(r, q, 1);
  const power = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(n));
  return f64x2.mul(q, i64x2.shl(i64x2.add(power, i64x2.splat(1023)), 52));
}

/** One power, whatever x and y are, as JavaScript has it: 1 to what is no number is none. */
function power1(x: f32, y: f32): f32 {
  if (y == 0) return 1;
  if (x != x || y != y) return NaN;
  const size = abs(x);
  const grows = y > 0;
  let power: f32;
  if (abs(y) == Infinity) {
    if (size == 1) return NaN;
    return size > 1 == grows ? Infinity : 0;
  } else if (size == 0) {
    power = grows ? 0 : Infinity;
  } else if (size == Infinity) {
    power = grows ? Infinity : 0;
  } else {
    if (x < 0 && y != trunc(y)) return NaN;
    const exact = positivePower(f64x2.splat(<f64>size), f64x2.splat(<f64>y));
    power = <f32>f64x2.extract_lane(exact, 0);
  }
  // From 2^24 on a float32 is even.
  const isOdd = y == trunc(y) && abs(y) < 16777216 && (<i32>y & 1) != 0;
  return isOdd ? copysign(power, x) : power;
}

/** x^y, computed in float64. */
export function pow4(x: v128, y: v128): v128 {
  const infinity = f32x4.splat(Infinity);
  const plain = v128.and(
    v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, infinity)),
    f32x4.lt(f32x4.abs(y), infinity),
  );
  if (i32x4.all_true(plain)) {
    const low = positivePower(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(y));
    const x2 = v128.shuffle<i32>(x, x, 2, 3, 2, 3);
    const y2 = v128.shuffle<i32>(y, y, 2, 3, 2, 3);
    const high = positivePower(f64x2.promote_low_f32x4(x2), f64x2.promote_low_f32x4(y2));
    const lowResult = f32x4.demote_f64x2_zero(low);
    return v128.shuffle<i64>(lowResult, f32x4.demote_f64x2_zero(high), 0, 2);
  }
  let result = f32x4.splat(power1(f32x4.extract_lane(x, 0), f32x4.extract_lane(y, 0)));
  const p1 = power1(f32x4.extract_lane(x, 1), f32x4.extract_lane(y, 1));
  const p2 = power1(f32x4.extract_lane(x, 2), f32x4.extract_lane(y, 2));
  const p3 = power1(f32x4.extract_lane(x, 3), f32x4.extract_lane(y, 3));
  result = f32x4.replace_lane(result, 1, p1);
  result = f32x4.replace_lane(result, 2, p2);
  return f32x4.replace_lane(result, 3, p3);
}

/** What is left of a / b, with the sign of b. */
function rest1(a: f32, b: f32): f32 {
  const rest = <f64>a % <f64>b;
  const away = a < 0 ? b >= 0 : b < 0;
  return <f32>(away ? (rest + <f64>b) % <f64>b : rest);
}

export function mod4(a: v128, b: v128): v128 {
  let result = f32x4.splat(rest1(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
  const r1 = rest1(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1));
  const r2 = rest1(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2));
  const r3 = rest1(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3));
  result = f32x4.replace_lane(result, 1, r1);
  result = f32x4.replace_lane(result, 2, r2);
  return f32x4.replace_lane(result, 3, r3);
}

/**
 * exp, log and their relatives for four lanes: own polynomials, so that every machine and engine
 * computes the same bits with the plain build. Errors against exact arithmetic are at most 3 units in
 * the last place (test/simd/math.test.ts). The polynomials are those of the Cephes library (expf, logf,
 * tanhf); their constants lie in memory (schema/math.ts).
 */
import { Double, Float, Int } from "./words.generated";
import { madd, nmadd, select } from "./vector";

/** A constant in every lane. */
// @ts-ignore: decorator
@inline
export function float(which: Float): v128 {
  return v128.load32_splat(<usize>which);
}

// @ts-ignore: decorator
@inline
function int(which: Int): v128 {
  return v128.load32_splat(<usize>which);
}

// @ts-ignore: decorator
@inline
function double(which: Double): v128 {
  return v128.load64_splat(<usize>which);
}

// @ts-ignore: decorator
@inline
export function term(x: v128, acc: v128, next: Float): v128 {
  return madd(acc, x, float(next));
}

/** The next step of a polynomial, without fused multiply-add. */
// @ts-ignore: decorator
@inline
export function polynomial(x: v128, acc: v128, next: f32): v128 {
  return f32x4.add(f32x4.mul(acc, x), f32x4.splat(next));
}

/** x - n * log 2. */
// @ts-ignore: decorator
@inline
function reduced(x: v128, rounded: v128, round: v128, logOf2: v128, rest: v128): v128 {
  const n = f32x4.sub(rounded, round);
  return nmadd(n, rest, nmadd(n, logOf2, x));
}

/** What is computed from an exponential. */
export const enum Exponential {
  Exp,
  Expm1,
  /** q (exp(x) - 1) of x < 0, p x of others. */
  Elu,
  /** 1 / (1 + exp(-x)). */
  Sigmoid,
  Tanh,
  /** log(1 + exp(x)). */
  Softplus,
  /** exp(x - p), for x <= p. */
  Difference,
}

/** The number of which the exponential is needed, between bounds; NaN passes. */
// @ts-ignore: decorator
@inline
function argument(kind: Exponential, x: v128, p: v128, low: v128, high: v128): v128 {
  if (kind == Exponential.Difference) return f32x4.pmax(f32x4.sub(x, p), low);
  if (kind == Exponential.Elu) return f32x4.pmax(x, low);
  // exp(-|x|), which cannot overflow.
  if (kind == Exponential.Sigmoid || kind == Exponential.Softplus) {
    return f32x4.pmax(v128.or(x, high), low);
  }
  if (kind == Exponential.Tanh) {
    const size = v128.andnot(x, low);
    return f32x4.pmin(f32x4.add(size, size), high);
  }
  return f32x4.pmax(f32x4.pmin(x, high), low);
}

/** The result for the x at `from`, of y = exp(r) - 1 and the integer n, still with Float.Round added. */
// @ts-ignore: decorator
@inline
function finished(kind: Exponential, from: usize, rounded: v128, y: v128, p: v128, q: v128, one: v128, other: v128): v128 {
  // Shifted into the exponent, nothing but n is left of `rounded`.
  const power = i32x4.shl(rounded, 23);
  if (kind == Exponential.Exp) {
    // In two steps, because 2^n alone may be out of range where the result is not.
    const half = v128.and(i32x4.shl(rounded, 22), other);
    const scaled = f32x4.mul(f32x4.add(y, one), i32x4.add(half, one));
    return f32x4.mul(scaled, i32x4.add(i32x4.sub(power, half), one));
  }
  if (kind == Exponential.Expm1) {
    // Without cancellation and overflow: 2 (2^(n-1) y + (2^(n-1) - 1/2)).
    const scale = i32x4.add(power, other);
    const sum = madd(scale, y, f32x4.sub(scale, other));
    return f32x4.add(sum, sum);
  }
  if (kind == Exponential.Elu) {
    const x = v128.load(from);
    const scale = i32x4.add(power, one);
    const below = madd(scale, y, f32x4.sub(scale, one));
    return select(f32x4.ge(x, f32x4.splat(0)), f32x4.mul(p, x), f32x4.mul(q, below));
  }
  if (kind == Exponential.Tanh) {
    const x = v128.load(from);
    const e = f32x4.mul(f32x4.add(y, one), i32x4.add(power, one));
    const far = f32x4.sub(one, f32x4.div(other, f32x4.add(e, one)));
    const sign = v128.and(x, int(Int.SignBit));
    return select(f32x4.lt(v128.xor(x, sign), float(Float.TanhNear)), tanhNear(x), v128.or(far, sign));
  }
  // With 2^24 at first, since exp(x) may be denormal.
  const lifted = f32x4.mul(f32x4.add(y, one), i32x4.add(power, other));
  const e = f32x4.mul(lifted, float(Float.TwoToMinus24));
  if (kind == Exponential.Difference) return e;
  const x = v128.load(from);
  if (kind == Exponential.Softplus) return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1p4(e));
  // The sign bit of NaN does not matter.
  return f32x4.div(select(i32x4.shr_s(x, 31), e, one), f32x4.add(one, e));
}

/** Four vectors from `from` to `to`, in step, so that each constant is loaded once. */
// @ts-ignore: decorator
@inline
export function exponential16(kind: Exponential, from: usize, to: usize, p: v128, q: v128): void {
  const isExp = kind == Exponential.Exp;
  const isExpm1 = kind == Exponential.Expm1;
  const isElu = kind == Exponential.Elu;
  const isTanh = kind == Exponential.Tanh;
  const low = isTanh ? int(Int.SignBit) : float(isExpm1 || isElu ? Float.Expm1Low : Float.ExpLow);
  let high = f32x4.splat(0);
  if (isExp || isExpm1) high = float(Float.ExpHigh);
  if (isTanh) high = float(Float.TanhHigh);
  if (kind == Exponential.Sigmoid || kind == Exponential.Softplus) high = int(Int.SignBit);
  const x0 = argument(kind, v128.load(from), p, low, high);
  const x1 = argument(kind, v128.load(from, 16), p, low, high);
  const x2 = argument(kind, v128.load(from, 32), p, low, high);
  const x3 = argument(kind, v128.load(from, 48), p, low, high);
  // The integer nearest to x / log 2.
  const round = float(Float.Round);
  const log2OfE = float(Float.Log2OfE);
  const n0 = madd(x0, log2OfE, round);
  const n1 = madd(x1, log2OfE, round);
  const n2 = madd(x2, log2OfE, round);
  const n3 = madd(x3, log2OfE, round);
  const logOf2 = float(Float.LogOf2);
  const rest = float(Float.RestOfLogOf2);
  const r0 = reduced(x0, n0, round, logOf2, rest);
  const r1 = reduced(x1, n1, round, logOf2, rest);
  const r2 = reduced(x2, n2, round, logOf2, rest);
  const r3 = reduced(x3, n3, round, logOf2, rest);
  let c = float(Float.Exp0);
  let d = float(Float.Exp1);
  let y0 = madd(c, r0, d), y1 = madd(c, r1, d), y2 = madd(c, r2, d), y3 = madd(c, r3, d);
  c = float(Float.Exp2);
  y0 = madd(y0, r0, c), y1 = madd(y1, r1, c), y2 = madd(y2, r2, c), y3 = madd(y3, r3, c);
  c = float(Float.Exp3);
  y0 = madd(y0, r0, c), y1 = madd(y1, r1, c), y2 = madd(y2, r2, c), y3 = madd(y3, r3, c);
  c = float(Float.Exp4);
  y0 = madd(y0, r0, c), y1 = madd(y1, r1, c), y2 = madd(y2, r2, c), y3 = madd(y3, r3, c);
  c = float(Float.Exp5);
  y0 = madd(y0, r0, c), y1 = madd(y1, r1, c), y2 = madd(y2, r2, c), y3 = madd(y3, r3, c);
  // exp(r) - 1.
  y0 = madd(f32x4.mul(r0, r0), y0, r0);
  y1 = madd(f32x4.mul(r1, r1), y1, r1);
  y2 = madd(f32x4.mul(r2, r2), y2, r2);
  y3 = madd(f32x4.mul(r3, r3), y3, r3);
  const one = float(Float.One);
  let other = one;
  if (isExp) other = int(Int.Exponent);
  else if (isExpm1) other = float(Float.Half);
  else if (isTanh) other = float(Float.Two);
  else if (!isElu) other = float(Float.TwoTo24);
  v128.store(to, finished(kind, from, n0, y0, p, q, one, other));
  v128.store(to, finished(kind, from + 16, n1, y1, p, q, one, other), 16);
  v128.store(to, finished(kind, from + 32, n2, y2, p, q, one, other), 32);
  v128.store(to, finished(kind, from + 48, n3, y3, p, q, one, other), 48);
}

/** exp(x) - 1 of what is at most log(2) / 2 from n log(2). */
// @ts-ignore: decorator
@inline
function expm1Reduced(x: v128, rounded: v128): v128 {
  const r = reduced(x, rounded, float(Float.Round), float(Float.LogOf2), float(Float.RestOfLogOf2));
  let p = float(Float.Exp0);
  p = term(r, p, Float.Exp1);
  p = term(r, p, Float.Exp2);
  p = term(r, p, Float.Exp3);
  p = term(r, p, Float.Exp4);
  p = term(r, p, Float.Exp5);
  return madd(f32x4.mul(r, r), p, r);
}

// @ts-ignore: decorator
@inline
function nearestPower(x: v128): v128 {
  return madd(x, float(Float.Log2OfE), float(Float.Round));
}

/** One vector, for kernels that compute more than that: the bits are those of `exponential16`. */
export function exp4(x: v128): v128 {
  const bounded = f32x4.pmax(f32x4.pmin(x, float(Float.ExpHigh)), float(Float.ExpLow));
  const rounded = nearestPower(bounded);
  const one = float(Float.One);
  const y = f32x4.add(expm1Reduced(bounded, rounded), one);
  const half = v128.and(i32x4.shl(rounded, 22), int(Int.Exponent));
  const rest = i32x4.sub(i32x4.shl(rounded, 23), half);
  return f32x4.mul(f32x4.mul(y, i32x4.add(half, one)), i32x4.add(rest, one));
}

export function expm14(x: v128): v128 {
  const bounded = f32x4.pmax(f32x4.pmin(x, float(Float.ExpHigh)), float(Float.Expm1Low));
  const rounded = nearestPower(bounded);
  const half = float(Float.Half);
  const scale = i32x4.add(i32x4.shl(rounded, 23), half);
  const y = madd(scale, expm1Reduced(bounded, rounded), f32x4.sub(scale, half));
  return f32x4.add(y, y);
}

export function sigmoid4(x: v128): v128 {
  const e = exp4(v128.or(x, int(Int.SignBit)));
  const one = float(Float.One);
  return f32x4.div(select(i32x4.shr_s(x, 31), e, one), f32x4.add(one, e));
}

export function tanh4(x: v128): v128 {
  const sign = v128.and(x, int(Int.SignBit));
  const size = v128.xor(x, sign);
  const one = float(Float.One);
  const e = exp4(f32x4.add(size, size));
  const far = f32x4.sub(one, f32x4.div(float(Float.Two), f32x4.add(e, one)));
  return select(f32x4.lt(size, float(Float.TanhNear)), tanhNear(x), v128.or(far, sign));
}

export function softplus4(x: v128): v128 {
  const e = exp4(v128.or(x, int(Int.SignBit)));
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1p4(e));
}

/** Denormals in the normal range: the others, and these times 2^23. */
// @ts-ignore: decorator
@inline
function lifted(x: v128): v128 {
  const tiny = f32x4.lt(x, float(Float.SmallestNormal));
  return select(tiny, f32x4.mul(x, float(Float.TwoTo23)), x);
}

/** e of x = m 2^e with sqrt(1/2) <= m < sqrt(2), for finite x > 0. */
// @ts-ignore: decorator
@inline
function exponent(x: v128): v128 {
  const shifted = i32x4.sub(lifted(x), int(Int.RootOfHalf));
  const e = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  const tiny = f32x4.lt(x, float(Float.SmallestNormal));
  return f32x4.sub(e, v128.and(tiny, float(Float.TwentyThree)));
}

/** Its m. */
// @ts-ignore: decorator
@inline
function fraction(x: v128): v128 {
  const shifted = i32x4.sub(lifted(x), int(Int.RootOfHalf));
  return i32x4.add(v128.and(shifted, int(Int.Fraction)), int(Int.RootOfHalf));
}

export function log4(x: v128): v128 {
  const e = exponent(x);
  const r = f32x4.sub(fraction(x), float(Float.One));
  const z = f32x4.mul(r, r);
  let p = float(Float.Log0);
  p = term(r, p, Float.Log1);
  p = term(r, p, Float.Log2);
  p = term(r, p, Float.Log3);
  p = term(r, p, Float.Log4);
  p = term(r, p, Float.Log5);
  p = term(r, p, Float.Log6);
  p = term(r, p, Float.Log7);
  p = term(r, p, Float.Log8);
  p = f32x4.mul(f32x4.mul(p, r), z);
  p = madd(e, float(Float.RestOfLogOf2), p);
  p = nmadd(z, float(Float.Half), p);
  p = madd(e, float(Float.LogOf2), f32x4.add(r, p));
  // log(infinity) = infinity, log(0) = -infinity, log of a negative number = NaN, log(NaN) = NaN.
  p = select(f32x4.eq(x, float(Float.Infinity)), x, p);
  p = select(f32x4.eq(x, f32x4.splat(0)), float(Float.MinusInfinity), p);
  return select(f32x4.ge(x, f32x4.splat(0)), p, float(Float.NaN));
}

/** log(1 + x): the rounding of u = 1 + x is made good by the factor x / (u - 1). */
export function log1p4(x: v128): v128 {
  const one = float(Float.One);
  const u = f32x4.add(x, one);
  const y = f32x4.mul(log4(u), f32x4.div(x, f32x4.sub(u, one)));
  return select(v128.or(f32x4.eq(u, one), f32x4.eq(u, float(Float.Infinity))), x, y);
}

/** tanh of small numbers: an odd polynomial. */
function tanhNear(x: v128): v128 {
  const z = f32x4.mul(x, x);
  let p = float(Float.Tanh0);
  p = term(z, p, Float.Tanh1);
  p = term(z, p, Float.Tanh2);
  p = term(z, p, Float.Tanh3);
  p = term(z, p, Float.Tanh4);
  return f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
}

/** The error function: a rational function of x up to 4, where it is 1 to the last bit. */
export function erf4(x: v128): v128 {
  const bounded = f32x4.pmax(f32x4.pmin(x, float(Float.ErfHigh)), float(Float.ErfLow));
  const z = f32x4.mul(bounded, bounded);
  let p = float(Float.ErfAbove0);
  p = term(z, p, Float.ErfAbove1);
  p = term(z, p, Float.ErfAbove2);
  p = term(z, p, Float.ErfAbove3);
  p = term(z, p, Float.ErfAbove4);
  p = term(z, p, Float.ErfAbove5);
  p = term(z, p, Float.ErfAbove6);
  let q = float(Float.ErfBelow0);
  q = term(z, q, Float.ErfBelow1);
  q = term(z, q, Float.ErfBelow2);
  q = term(z, q, Float.ErfBelow3);
  q = term(z, q, Float.ErfBelow4);
  return f32x4.div(f32x4.mul(bounded, p), q);
}

// @ts-ignore: decorator
@inline
function polynomial64(x: v128, acc: v128, next: Double): v128 {
  return f64x2.add(f64x2.mul(acc, x), double(next));
}

/** (m 2^e)^y of the first two lanes, computed in float64; beyond the range of float32, 0 or infinity. */
// @ts-ignore: decorator
@inline
function power2(m: v128, e: v128, y: v128): v128 {
  const one = double(Double.One);
  const wide = f64x2.promote_low_f32x4(m);
  // log m is a series in s = (m - 1) / (m + 1).
  const s = f64x2.div(f64x2.sub(wide, one), f64x2.add(wide, one));
  const z = f64x2.mul(s, s);
  let p = double(Double.PowerLog0);
  p = polynomial64(z, p, Double.PowerLog1);
  p = polynomial64(z, p, Double.PowerLog2);
  p = polynomial64(z, p, Double.PowerLog3);
  p = polynomial64(z, p, Double.PowerLog4);
  const whole = f64x2.mul(f64x2.promote_low_f32x4(e), double(Double.LogOf2));
  const log = f64x2.add(f64x2.mul(s, p), whole);
  // exp(t) = 2^n exp(r).
  let t = f64x2.mul(f64x2.promote_low_f32x4(y), log);
  t = f64x2.pmax(f64x2.pmin(t, double(Double.PowerHigh)), double(Double.PowerLow));
  const rounded = f64x2.add(f64x2.mul(t, double(Double.Log2OfE)), double(Double.Round));
  const n = f64x2.sub(rounded, double(Double.Round));
  const r = f64x2.sub(t, f64x2.mul(n, double(Double.LogOf2)));
  let q = double(Double.PowerExp0);
  q = polynomial64(r, q, Double.PowerExp1);
  q = polynomial64(r, q, Double.PowerExp2);
  q = polynomial64(r, q, Double.PowerExp3);
  q = polynomial64(r, q, Double.PowerExp4);
  q = polynomial64(r, q, Double.PowerExp5);
  q = polynomial64(r, q, Double.PowerExp6);
  q = polynomial64(r, q, Double.PowerExp7);
  return f32x4.demote_f64x2_zero(f64x2.mul(q, i64x2.add(i64x2.shl(rounded, 52), one)));
}

/** What a power is where x is not a number above 0 or y not finite, as JavaScript has it. */
function unusualPower(x: v128, y: v128, size: v128, power: v128): v128 {
  const zero = f32x4.splat(0);
  const one = float(Float.One);
  const infinity = float(Float.Infinity);
  const grows = f32x4.gt(y, zero);
  const integer = f32x4.eq(y, f32x4.trunc(y));
  const isEnd = v128.or(f32x4.eq(size, zero), f32x4.eq(size, infinity));
  // To the power of infinity, what is above 1 grows as infinity does, and what is below 1 vanishes.
  const endless = f32x4.eq(f32x4.abs(y), infinity);
  const ends = v128.xor(f32x4.gt(size, one), grows);
  power = select(v128.or(isEnd, endless), v128.andnot(infinity, ends), power);
  // From 2^24 on a float32 is even; what is no integer has lost its lowest bit, too.
  const lowest = i32x4.shl(i32x4.trunc_sat_f32x4_s(y), 31);
  const isOdd = v128.and(f32x4.lt(f32x4.abs(y), float(Float.TwoTo24)), integer);
  const negated = v128.xor(power, v128.and(v128.and(x, lowest), isOdd));
  const no = v128.andnot(f32x4.lt(x, zero), v128.or(v128.or(integer, isEnd), endless));
  let none = v128.or(no, v128.and(endless, f32x4.eq(size, one)));
  none = v128.or(none, v128.or(f32x4.ne(x, x), f32x4.ne(y, y)));
  return select(f32x4.eq(y, zero), one, v128.or(negated, none));
}

/** x^y, computed in float64. */
export function pow4(x: v128, y: v128): v128 {
  const size = f32x4.abs(x);
  const m = fraction(size);
  const e = exponent(size);
  const low = power2(m, e, y);
  const high = power2(upper(m), upper(e), upper(y));
  const power = v128.shuffle<i64>(low, high, 0, 2);
  const infinity = float(Float.Infinity);
  const isUsual = v128.and(
    v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, infinity)),
    f32x4.lt(f32x4.abs(y), infinity),
  );
  return i32x4.all_true(isUsual) ? power : unusualPower(x, y, size, power);
}

// @ts-ignore: decorator
@inline
function upper(v: v128): v128 {
  return v128.shuffle<i64>(v, v, 1, 1);
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

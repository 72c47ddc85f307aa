/** The vector helpers that kernels share. */

/**
 * a * b + c in every lane: one rounding in the relaxed build on machines with fused multiply-add,
 * two roundings in the plain build. With `nmadd` the only operation in which the builds may differ.
 */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** c - a * b, rounded as in `madd`. */
// @ts-ignore: decorator
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** The lanes of `a` where `mask`, of 32-bit lanes, is set; those of `b` elsewhere. */
// @ts-ignore: decorator
@inline
export function select(mask: v128, a: v128, b: v128): v128 {
  // One instruction instead of three; of whole lanes both do the same.
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_laneselect(a, b, mask);
  return v128.bitselect(a, b, mask);
}

/** A mask of the first `count` lanes, 0 to 4. */
// @ts-ignore: decorator
@inline
export function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** Stores the first `count` lanes of `v`; any number from 4 on stores all four. */
// @ts-ignore: decorator
@inline
export function storeFirst(to: usize, v: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, v);
  } else if (count == 3) {
    v128.store64_lane(to, v, 0);
    v128.store32_lane(to, v, 2, 8);
  } else if (count == 2) {
    v128.store64_lane(to, v, 0);
  } else if (count == 1) {
    v128.store32_lane(to, v, 0);
  }
}

/** Lane 0 + lane 2 and lane 1 + lane 3, then their sum. */
// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): f32 {
  const pairs = f32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** Sixteen bytes, 1 where a mask of 32-bit lanes is set, else 0. */
// @ts-ignore: decorator
@inline
export function ofMasks(a: v128, b: v128, c: v128, d: v128): v128 {
  const bytes = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
  return i8x16.neg(bytes);
}

/** Four lanes of the bytes at an address. */
// @ts-ignore: decorator
@inline
export function widened(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(v128.load8x8_u(at));
}

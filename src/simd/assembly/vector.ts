/** The few vector helpers that kernels share. */

/**
 * a * b + c in every lane: one rounding in the relaxed build on machines with fused multiply-add,
 * two roundings in the plain build. The only operation in which the two builds may differ.
 */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

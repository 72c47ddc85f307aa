/**
 * The one-dimensional transforms of Winograd's algorithm F(4, 3) with the points 0, 1, -1, 2, -2
 * and infinity. They compute four outputs y of a filter with three taps g from six inputs d as
 *
 *     y = A' [ (G g) . (B' d) ]
 *
 * with six multiplications instead of twelve. Applied to the columns and then to the rows of a 6 x
 * 6 tile they give 4 x 4 outputs of a 3 x 3 convolution (36 instead of 144). The gradient of the
 * filter needs the transposed matrices: dg = G' [ (B' d) . (A dy) ].
 *
 * Every lane is a channel of its own. Results are stored `step` bytes apart, which keeps few
 * vectors alive at a time. Constants come from memory: the engine would build literals anew at
 * every use.
 */
import { madd } from "./vector";

/** Bytes that `storeConstants` writes. */
export const CONSTANTS_BYTES: usize = 64;

// @ts-ignore: decorator
@inline
export function storeConstants(at: usize): void {
  store<f32>(at, 4);
  store<f32>(at, -4, 4);
  store<f32>(at, -5, 8);
  store<f32>(at, 8, 12);
}

/** B' d. */
// @ts-ignore: decorator
@inline
export function inputTransform(
  four: v128,
  minusFour: v128,
  minusFive: v128,
  d0: v128,
  d1: v128,
  d2: v128,
  d3: v128,
  d4: v128,
  d5: v128,
  to: usize,
  step: usize,
): void {
  v128.store(to, madd(four, d0, madd(minusFive, d2, d4)));
  to += step;
  let even = madd(minusFour, d2, d4);
  let odd = madd(minusFour, d1, d3);
  v128.store(to, f32x4.add(even, odd));
  to += step;
  v128.store(to, f32x4.sub(even, odd));
  to += step;
  even = f32x4.sub(d4, d2);
  odd = f32x4.sub(d3, d1);
  odd = f32x4.add(odd, odd);
  v128.store(to, f32x4.add(even, odd));
  to += step;
  v128.store(to, f32x4.sub(even, odd));
  to += step;
  v128.store(to, madd(four, d1, madd(minusFive, d3, d5)));
}

/** A dy. */
// @ts-ignore: decorator
@inline
export function outputGradientTransform(
  four: v128,
  eight: v128,
  y0: v128,
  y1: v128,
  y2: v128,
  y3: v128,
  to: usize,
  step: usize,
): void {
  v128.store(to, y0);
  to += step;
  let even = f32x4.add(y0, y2);
  let odd = f32x4.add(y1, y3);
  v128.store(to, f32x4.add(even, odd));
  to += step;
  v128.store(to, f32x4.sub(even, odd));
  to += step;
  even = madd(four, y2, y0);
  odd = madd(eight, y3, f32x4.add(y1, y1));
  v128.store(to, f32x4.add(even, odd));
  to += step;
  v128.store(to, f32x4.sub(even, odd));
  to += step;
  v128.store(to, y3);
}

/** G g. */
// @ts-ignore: decorator
@inline
export function filterTransform(g0: v128, g1: v128, g2: v128, to: usize, step: usize): void {
  v128.store(to, f32x4.mul(g0, f32x4.splat(1.0 / 4.0)));
  to += step;
  let even = f32x4.mul(f32x4.add(g0, g2), f32x4.splat(-1.0 / 6.0));
  let odd = f32x4.mul(g1, f32x4.splat(-1.0 / 6.0));
  v128.store(to, f32x4.add(even, odd));
  to += step;
  v128.store(to, f32x4.sub(even, odd));
  to += step;
  even = madd(g2, f32x4.splat(1.0 / 6.0), f32x4.mul(g0, f32x4.splat(1.0 / 24.0)));
  odd = f32x4.mul(g1, f32x4.splat(1.0 / 12.0));
  v128.store(to, f32x4.add(even, odd));
  to += step;
  v128.store(to, f32x4.sub(even, odd));
  to += step;
  v128.store(to, g2);
}

/** G' u. */
// @ts-ignore: decorator
@inline
export function filterGradientTransform(
  u0: v128,
  u1: v128,
  u2: v128,
  u3: v128,
  u4: v128,
  u5: v128,
  to: usize,
  step: usize,
): void {
  const near = f32x4.mul(f32x4.add(u1, u2), f32x4.splat(-1.0 / 6.0));
  const far = f32x4.add(u3, u4);
  const edge = madd(u0, f32x4.splat(1.0 / 4.0), near);
  v128.store(to, madd(far, f32x4.splat(1.0 / 24.0), edge));
  to += step;
  const slope = f32x4.mul(f32x4.sub(u2, u1), f32x4.splat(1.0 / 6.0));
  v128.store(to, madd(f32x4.sub(u3, u4), f32x4.splat(1.0 / 12.0), slope));
  to += step;
  v128.store(to, f32x4.add(madd(far, f32x4.splat(1.0 / 6.0), near), u5));
}

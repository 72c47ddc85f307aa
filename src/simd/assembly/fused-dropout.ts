/**
 * Dropout whose mask follows from a seed and the position alone, so that it never needs storing.
 */
import { SeededDropoutWords } from "./words.generated";

/** A bijection of 32-bit integers in which every input bit reaches every output bit. */
// @ts-ignore: decorator
@inline
function mix(v: v128): v128 {
  v = i32x4.mul(v128.xor(v, i32x4.shr_u(v, 16)), i32x4.splat(0x21f0aaad));
  v = i32x4.mul(v128.xor(v, i32x4.shr_u(v, 15)), i32x4.splat(0x735a2d97));
  return v128.xor(v, i32x4.shr_u(v, 15));
}

/**
 * y[i] = x[i] scale where (mix(mix(i) ^ seed) >>> 8) >= threshold, else 0. Tasks: blocks of
 * elements.
 */
export function seeded_dropout_f32(task: i32, words: SeededDropoutWords, scratch: usize): void {
  const block = words.perTask;
  const begin = task * block;
  const end = min(words.length, begin + block);
  const x = words.x;
  const y = words.y;
  const seed = i32x4.splat(words.seed);
  const threshold = i32x4.splat(words.threshold);
  const scale = f32x4.splat(words.scale);
  let index = i32x4.add(i32x4.splat(begin), i32x4(0, 1, 2, 3));
  const four = i32x4.splat(4);
  for (let i = begin; i < end; i += 4) {
    const at = <usize>i << 2;
    const draw = i32x4.shr_u(mix(v128.xor(mix(index), seed)), 8);
    const kept = i32x4.ge_s(draw, threshold);
    v128.store(y + at, v128.and(f32x4.mul(v128.load(x + at), scale), kept));
    index = i32x4.add(index, four);
  }
}

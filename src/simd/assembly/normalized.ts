/** One element of batch normalisation in training, and what its kernels share. */
import { madd } from "./vector";

/** Bytes of a float for each channel, rounded up to four. */
// @ts-ignore: decorator
@inline
export function pitchOf(channels: i32): usize {
  return <usize>((channels + 3) & ~3) << 2;
}

/** A row of zeros at `zeros` where there is no beta. */
// @ts-ignore: decorator
@inline
export function betaOrZeros(beta: usize, pitch: usize, zeros: usize): usize {
  if (beta) return beta;
  memory.fill(zeros, 0, pitch);
  return zeros;
}

/** (x - mean) factor + beta of four channels. */
// @ts-ignore: decorator
@inline
export function normalized(x: usize, mean: usize, factor: usize, beta: usize): v128 {
  return normalize4(x, v128.load(mean), v128.load(factor), v128.load(beta));
}

// @ts-ignore: decorator
@inline
export function normalize4(x: usize, mean: v128, factor: v128, beta: v128): v128 {
  return madd(f32x4.sub(v128.load(x), mean), factor, beta);
}

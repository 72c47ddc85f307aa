/** The gradient of "add a bias, then an activation" over the rows of a [rows, channels] matrix. */
import { BiasActivationGradientWords, BiasGradientSumWords } from "./words.generated";
import { storeFirst } from "./vector";

/**
 * d = dy where y > 0, else 0, and the chunk's sum of d for each channel. Without y there was no
 * activation: then d is dy and not written. Tasks: chunks.
 */
export function bias_activation_gradient_f32(task: i32, words: BiasActivationGradientWords, scratch: usize): void {
  const masked = words.y != 0;
  const channels = words.channels;
  const begin = task * words.perChunk;
  const rows = min(words.perChunk, words.rows - begin);
  const rowBytes = <usize>channels << 2;
  const first = <usize>begin * rowBytes;
  const pitch = <usize>((channels + 3) & ~3) << 2;
  const sums = words.partial + <usize>task * pitch;
  memory.fill(sums, 0, pitch);
  let y = words.y + first;
  let dy = words.dy + first;
  let to = words.d + first;
  const zero = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    if (masked) {
      for (let at: usize = 0; at < rowBytes; at += 16) {
        const d = v128.and(v128.load(dy + at), f32x4.gt(v128.load(y + at), zero));
        storeFirst(to + at, d, <i32>(rowBytes - at) >> 2);
        v128.store(sums + at, f32x4.add(v128.load(sums + at), d));
      }
    } else {
      for (let at: usize = 0; at < rowBytes; at += 16) {
        v128.store(sums + at, f32x4.add(v128.load(sums + at), v128.load(dy + at)));
      }
    }
    y += rowBytes;
    dy += rowBytes;
    to += rowBytes;
  }
}

/** out[c] = sum of the chunks in float64. One task. */
export function bias_gradient_sum_f32(task: i32, words: BiasGradientSumWords, scratch: usize): void {
  const channels = words.channels;
  const chunks = words.chunks;
  const pitch = <usize>((channels + 3) & ~3) << 2;
  for (let channel = 0; channel < channels; channel++) {
    let from = words.partial + (<usize>channel << 2);
    let sum: f64 = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      sum += <f64>load<f32>(from);
      from += pitch;
    }
    store<f32>(words.out + (<usize>channel << 2), <f32>sum);
  }
}

/** The gradient of "add a bias, then an activation" over the rows of a [rows, channels] matrix. */
import { int, ptr } from "./task";
import { storeFirst } from "./vector";

/**
 * d = dy where y > 0, else 0 (dy itself if d is 0), and the chunk's sum of d for each channel. Words:
 * y or 0, dy, d or 0, partial [chunks, channels rounded up to 4] or 0, rows, channels, rows per chunk. Without y
 * every element counts. Tasks: chunks.
 */
export function bias_activation_gradient_f32(task: i32, params: usize, scratch: usize): void {
  const masked = ptr(params, 0) != 0;
  const channels = int(params, 5);
  const begin = task * int(params, 6);
  const rows = min(int(params, 6), int(params, 4) - begin);
  const rowBytes = <usize>channels << 2;
  const first = <usize>begin * rowBytes;
  const partial = ptr(params, 3);
  const sums = partial + <usize>task * (<usize>((channels + 3) & ~3) << 2);
  const zero = f32x4.splat(0);
  for (let channel: usize = 0; channel < rowBytes; channel += 16) {
    const lanes = <i32>(rowBytes - channel) >> 2;
    let dy = ptr(params, 1) + first + channel;
    let sum = zero;
    if (masked) {
      let y = ptr(params, 0) + first + channel;
      let to = ptr(params, 2) + first + channel;
      for (let row = 0; row < rows; row++) {
        const d = v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero));
        storeFirst(to, d, lanes);
        sum = f32x4.add(sum, d);
        y += rowBytes;
        dy += rowBytes;
        to += rowBytes;
      }
    } else {
      for (let row = 0; row < rows; row++) {
        sum = f32x4.add(sum, v128.load(dy));
        dy += rowBytes;
      }
    }
    if (partial) v128.store(sums + channel, sum);
  }
}

/** out[c] = sum of the chunks in float64. Words: partial, out, channels, chunks. One task. */
export function bias_gradient_sum_f32(task: i32, params: usize, scratch: usize): void {
  const channels = int(params, 2);
  const chunks = int(params, 3);
  const pitch = <usize>((channels + 3) & ~3) << 2;
  for (let channel = 0; channel < channels; channel++) {
    let from = ptr(params, 0) + (<usize>channel << 2);
    let sum: f64 = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      sum += <f64>load<f32>(from);
      from += pitch;
    }
    store<f32>(ptr(params, 1) + (<usize>channel << 2), <f32>sum);
  }
}

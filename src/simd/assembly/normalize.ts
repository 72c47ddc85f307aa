/** Batch normalisation with given statistics, as in inference. */
import { float, int, ptr } from "./task";
import { storeFirst } from "./vector";

/**
 * out[r, c] = (x[r, c] - mean[c]) * scale[c] / sqrt(variance[c] + epsilon) + offset[c]. Words: x,
 * out, rows, rows a task, channels (at most half of scratch), mean, variance, scale or 0, offset or
 * 0, epsilon.
 */
export function batch_norm_f32(task: i32, params: usize, scratch: usize): void {
  const perTask = int(params, 3);
  const channels = int(params, 4);
  const bytes = <usize>channels << 2;
  const mean = ptr(params, 5);
  const variance = ptr(params, 6);
  const scale = ptr(params, 7);
  const offset = ptr(params, 8);
  const epsilon = f32x4.splat(float(params, 9));
  for (let c: usize = 0; c < bytes; c += 16) {
    const factor = scale != 0 ? v128.load(scale + c) : f32x4.splat(1);
    const deviation = f32x4.sqrt(f32x4.add(v128.load(variance + c), epsilon));
    v128.store(scratch + c, f32x4.div(factor, deviation));
  }
  const begin = task * perTask;
  const end = min(begin + perTask, int(params, 2));
  let x = ptr(params, 0) + <usize>begin * bytes;
  let to = ptr(params, 1) + <usize>begin * bytes;
  for (let row = begin; row < end; row++) {
    for (let c: usize = 0; c < bytes; c += 16) {
      const centred = f32x4.sub(v128.load(x + c), v128.load(mean + c));
      const shift = offset != 0 ? v128.load(offset + c) : f32x4.splat(0);
      const y = f32x4.add(f32x4.mul(centred, v128.load(scratch + c)), shift);
      storeFirst(to + c, y, <i32>(bytes - c) >> 2);
    }
    x += bytes;
    to += bytes;
  }
}

/** Batch normalisation with given statistics, as in inference. */
import { BatchNormWords } from "./words.generated";
import { storeFirst } from "./vector";

/** out[r, c] = (x[r, c] - mean[c]) * scale[c] / sqrt(variance[c] + epsilon) + offset[c]. */
export function batch_norm_f32(task: i32, words: BatchNormWords, scratch: usize): void {
  const perTask = words.perTask;
  const channels = words.channels;
  const bytes = <usize>channels << 2;
  const mean = words.mean;
  const variance = words.variance;
  const scale = words.scale;
  const offset = words.offset;
  const epsilon = f32x4.splat(words.epsilon);
  for (let c: usize = 0; c < bytes; c += 16) {
    const factor = scale != 0 ? v128.load(scale + c) : f32x4.splat(1);
    const deviation = f32x4.sqrt(f32x4.add(v128.load(variance + c), epsilon));
    v128.store(scratch + c, f32x4.div(factor, deviation));
  }
  const begin = task * perTask;
  const end = min(begin + perTask, words.rows);
  let x = words.x + <usize>begin * bytes;
  let to = words.out + <usize>begin * bytes;
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

/** Adam's update of many variables in one call. */
import { float, int, ptr } from "./task";

/**
 * m += (g - m) (1 - beta1), v += (g^2 - v) (1 - beta2), w -= alpha m / (sqrt(v) + epsilon), all in
 * place. Words: table, variables, 1 - beta1, 1 - beta2, alpha, epsilon, elements per task. The
 * table holds w, g, m, v and the length of each variable. Tasks: the blocks of the first variable,
 * then those of the next.
 */
export function adam_update_f32(task: i32, params: usize, scratch: usize): void {
  const block = int(params, 6);
  let entry = ptr(params, 0);
  let length = load<i32>(entry, 16);
  for (let blocks = (length + block - 1) / block; task >= blocks; ) {
    task -= blocks;
    entry += 20;
    length = load<i32>(entry, 16);
    blocks = (length + block - 1) / block;
  }
  const w = <usize>load<u32>(entry);
  const g = <usize>load<u32>(entry, 4);
  const m = <usize>load<u32>(entry, 8);
  const v = <usize>load<u32>(entry, 12);
  const rate1 = f32x4.splat(float(params, 2));
  const rate2 = f32x4.splat(float(params, 3));
  const alpha = f32x4.splat(float(params, 4));
  const epsilon = f32x4.splat(float(params, 5));
  const end = min(length, (task + 1) * block);
  for (let i = task * block; i < end; i += 4) {
    const at = <usize>i << 2;
    const gradient = v128.load(g + at);
    let mean = v128.load(m + at);
    mean = f32x4.add(mean, f32x4.mul(f32x4.sub(gradient, mean), rate1));
    v128.store(m + at, mean);
    let square = v128.load(v + at);
    const change = f32x4.sub(f32x4.mul(gradient, gradient), square);
    square = f32x4.add(square, f32x4.mul(change, rate2));
    v128.store(v + at, square);
    const step = f32x4.div(f32x4.mul(alpha, mean), f32x4.add(f32x4.sqrt(square), epsilon));
    v128.store(w + at, f32x4.sub(v128.load(w + at), step));
  }
}

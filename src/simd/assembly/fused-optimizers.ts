/**
 * Updates of many variables in one call. A task is a block of a variable: five words of a table with
 * the addresses of w, its gradient and up to two tensors of state, and the length of the block.
 */
import { float, ptr, int } from "./task";

const ENTRY: usize = 20;

/**
 * Adam: m += (g - m) (1 - beta1), v += (g^2 - v) (1 - beta2), w -= alpha m / (sqrt(v) + epsilon), all
 * in place. Words: table, 1 - beta1, 1 - beta2, alpha, epsilon. State: m, v.
 */
export function adam_update_f32(task: i32, params: usize, scratch: usize): void {
  const entry = ptr(params, 0) + <usize>task * ENTRY;
  const w = <usize>load<u32>(entry);
  const g = <usize>load<u32>(entry, 4);
  const m = <usize>load<u32>(entry, 8);
  const v = <usize>load<u32>(entry, 12);
  const length = load<i32>(entry, 16);
  const rate1 = f32x4.splat(float(params, 1));
  const rate2 = f32x4.splat(float(params, 2));
  const alpha = f32x4.splat(float(params, 3));
  const epsilon = f32x4.splat(float(params, 4));
  for (let i = 0; i < length; i += 4) {
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

/**
 * Gradient descent: w -= rate g. With state, the velocity v: v = momentum v - rate g, then w += v, or
 * with Nesterov's momentum w += momentum v - rate g; in place. Words: table, rate, momentum, whether there is a velocity, whether it is Nesterov's.
 */
export function sgd_update_f32(task: i32, params: usize, scratch: usize): void {
  const entry = ptr(params, 0) + <usize>task * ENTRY;
  const w = <usize>load<u32>(entry);
  const g = <usize>load<u32>(entry, 4);
  const v = <usize>load<u32>(entry, 8);
  const length = load<i32>(entry, 16);
  const rate = f32x4.splat(float(params, 1));
  const momentum = f32x4.splat(float(params, 2));
  const hasVelocity = int(params, 3) != 0;
  const nesterov = int(params, 4) != 0;
  for (let i = 0; i < length; i += 4) {
    const at = <usize>i << 2;
    const step = f32x4.mul(v128.load(g + at), rate);
    const weight = v128.load(w + at);
    if (!hasVelocity) {
      v128.store(w + at, f32x4.sub(weight, step));
      continue;
    }
    const velocity = f32x4.sub(f32x4.mul(v128.load(v + at), momentum), step);
    v128.store(v + at, velocity);
    const move = nesterov ? f32x4.sub(f32x4.mul(velocity, momentum), step) : velocity;
    v128.store(w + at, f32x4.add(weight, move));
  }
}

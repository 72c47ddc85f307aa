/**
 * Updates of many variables in one call. A task is a block of a variable: five words of a table with
 * the addresses of w, its gradient and up to two tensors of state, and the length of the block.
 */
import { AdamUpdateWords, SgdUpdateWords } from "./words.generated";

const ENTRY: usize = 20;

/**
 * Adam: m += (g - m) (1 - beta1), v += (g^2 - v) (1 - beta2), w -= alpha m / (sqrt(v) + epsilon),
 * all in place.
 */
export function adam_update_f32(task: i32, words: AdamUpdateWords, scratch: usize): void {
  const entry = words.table + <usize>task * ENTRY;
  const w = <usize>load<u32>(entry);
  const g = <usize>load<u32>(entry, 4);
  const m = <usize>load<u32>(entry, 8);
  const v = <usize>load<u32>(entry, 12);
  const length = load<i32>(entry, 16);
  const rate1 = f32x4.splat(words.rate1);
  const rate2 = f32x4.splat(words.rate2);
  const alpha = f32x4.splat(words.alpha);
  const epsilon = f32x4.splat(words.epsilon);
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
 * Gradient descent: w -= rate g. With state, the velocity v: v = momentum v - rate g, then w += v,
 * or with Nesterov's momentum w += momentum v - rate g; in place.
 */
export function sgd_update_f32(task: i32, words: SgdUpdateWords, scratch: usize): void {
  const entry = words.table + <usize>task * ENTRY;
  const w = <usize>load<u32>(entry);
  const g = <usize>load<u32>(entry, 4);
  const v = <usize>load<u32>(entry, 8);
  const length = load<i32>(entry, 16);
  const rate = f32x4.splat(words.rate);
  const momentum = f32x4.splat(words.momentum);
  const hasVelocity = words.hasVelocity != 0;
  const nesterov = words.nesterov != 0;
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

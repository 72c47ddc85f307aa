/**
 * Layer normalisation: each row of [rows, length] by its own mean and variance, and the gradient. All
 * sums are in float64.
 */
import {
  LayerNormGradientSumWords,
  LayerNormGradientWords,
  LayerNormWords,
} from "./words.generated";

/** Elements 2 and 3 as float64; promote_low_f32x4 gives 0 and 1. */
// @ts-ignore: decorator
@inline
function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3));
}

// @ts-ignore: decorator
@inline
function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

// @ts-ignore: decorator
@inline
function narrow(a: v128, b: v128): v128 {
  const first = f32x4.demote_f64x2_zero(a);
  return v128.shuffle<i64>(first, f32x4.demote_f64x2_zero(b), 0, 2);
}

// @ts-ignore: decorator
@inline
function sumOf(a: v128, b: v128): f64 {
  const sum = f64x2.add(a, b);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** y = (x - mean) / sqrt(variance + epsilon) gamma + beta; mean and 1 / sqrt(...) are kept. */
export function layer_norm_f32(task: i32, words: LayerNormWords, scratch: usize): void {
  const length = words.length;
  const bytes = <usize>length << 2;
  const whole = bytes & ~15;
  const gamma = words.gamma;
  const beta = words.beta;
  const epsilon = <f64>words.epsilon;
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    const x = words.x + <usize>row * bytes;
    const y = words.y + <usize>row * bytes;
    let a = f64x2.splat(0), b = f64x2.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const v = v128.load(x + at);
      a = f64x2.add(a, low(v));
      b = f64x2.add(b, high(v));
    }
    let sum = sumOf(a, b);
    for (let at = whole; at < bytes; at += 4) sum += <f64>load<f32>(x + at);
    const mean = sum / <f64>length;
    const centre = f64x2.splat(mean);
    a = f64x2.splat(0);
    b = f64x2.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const v = v128.load(x + at);
      const d = f64x2.sub(low(v), centre);
      const e = f64x2.sub(high(v), centre);
      a = f64x2.add(a, f64x2.mul(d, d));
      b = f64x2.add(b, f64x2.mul(e, e));
    }
    let squares = sumOf(a, b);
    for (let at = whole; at < bytes; at += 4) {
      const d = <f64>load<f32>(x + at) - mean;
      squares += d * d;
    }
    const factor: f64 = 1 / sqrt(squares / <f64>length + epsilon);
    store<f32>(words.mean + (<usize>row << 2), <f32>mean);
    store<f32>(words.factor + (<usize>row << 2), <f32>factor);
    const scale = f64x2.splat(factor);
    for (let at: usize = 0; at < whole; at += 16) {
      const v = v128.load(x + at);
      const d = f64x2.mul(f64x2.sub(low(v), centre), scale);
      const e = f64x2.mul(f64x2.sub(high(v), centre), scale);
      const scaled = f32x4.mul(narrow(d, e), v128.load(gamma + at));
      v128.store(y + at, f32x4.add(scaled, v128.load(beta + at)));
    }
    for (let at = whole; at < bytes; at += 4) {
      const normal = <f32>((<f64>load<f32>(x + at) - mean) * factor);
      store<f32>(y + at, normal * load<f32>(gamma + at) + load<f32>(beta + at));
    }
  }
}

/**
 * With n = (x - mean) factor and g = dy gamma: dx = factor (g - (sum(g) + n sum(g n)) / length), and of the
 * rows of a task the sums of dy n and of dy, in float64.
 */
export function layer_norm_gradient_f32(
  task: i32,
  words: LayerNormGradientWords,
  scratch: usize,
): void {
  const length = words.length;
  const bytes = <usize>length << 2;
  const whole = bytes & ~15;
  const gamma = words.gamma;
  const partial = words.partial + <usize>task * 4 * bytes;
  const shifts = partial + 2 * bytes;
  memory.fill(partial, 0, 4 * bytes);
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    const x = words.x + <usize>row * bytes;
    const dy = words.dy + <usize>row * bytes;
    const dx = words.dx + <usize>row * bytes;
    const mean = <f64>load<f32>(words.mean + (<usize>row << 2));
    const factor = <f64>load<f32>(words.factor + (<usize>row << 2));
    const centre = f64x2.splat(mean);
    const scale = f64x2.splat(factor);
    let a = f64x2.splat(0), b = f64x2.splat(0), c = f64x2.splat(0), d = f64x2.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const v = v128.load(x + at);
      const w = v128.load(dy + at);
      const n = f64x2.mul(f64x2.sub(low(v), centre), scale);
      const m = f64x2.mul(f64x2.sub(high(v), centre), scale);
      let g = low(w), h = high(w);
      const to = partial + 2 * at;
      v128.store(to, f64x2.add(v128.load(to), f64x2.mul(g, n)));
      v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(h, m)), 16);
      const shift = shifts + 2 * at;
      v128.store(shift, f64x2.add(v128.load(shift), g));
      v128.store(shift, f64x2.add(v128.load(shift, 16), h), 16);
      const weights = v128.load(gamma + at);
      g = f64x2.mul(g, low(weights));
      h = f64x2.mul(h, high(weights));
      a = f64x2.add(a, g);
      b = f64x2.add(b, h);
      c = f64x2.add(c, f64x2.mul(g, n));
      d = f64x2.add(d, f64x2.mul(h, m));
    }
    let sum = sumOf(a, b);
    let products = sumOf(c, d);
    for (let at = whole; at < bytes; at += 4) {
      const n = (<f64>load<f32>(x + at) - mean) * factor;
      const change = <f64>load<f32>(dy + at);
      const to = partial + 2 * at;
      store<f64>(to, load<f64>(to) + change * n);
      store<f64>(to + 2 * bytes, load<f64>(to + 2 * bytes) + change);
      const g = change * <f64>load<f32>(gamma + at);
      sum += g;
      products += g * n;
    }
    sum /= <f64>length;
    products /= <f64>length;
    const sums = f64x2.splat(sum);
    const slope = f64x2.splat(products);
    for (let at: usize = 0; at < whole; at += 16) {
      const v = v128.load(x + at);
      const w = v128.load(dy + at);
      const n = f64x2.mul(f64x2.sub(low(v), centre), scale);
      const m = f64x2.mul(f64x2.sub(high(v), centre), scale);
      let g = low(w), h = high(w);
      const weights = v128.load(gamma + at);
      g = f64x2.mul(g, low(weights));
      h = f64x2.mul(h, high(weights));
      g = f64x2.sub(g, f64x2.add(sums, f64x2.mul(n, slope)));
      h = f64x2.sub(h, f64x2.add(sums, f64x2.mul(m, slope)));
      v128.store(dx + at, narrow(f64x2.mul(g, scale), f64x2.mul(h, scale)));
    }
    for (let at = whole; at < bytes; at += 4) {
      const n = (<f64>load<f32>(x + at) - mean) * factor;
      const g = <f64>load<f32>(dy + at) * <f64>load<f32>(gamma + at);
      store<f32>(dx + at, <f32>((g - sum - n * products) * factor));
    }
  }
}

/** Adds the sums of all chunks in their order: dgamma, and behind it dbeta. */
export function layer_norm_gradient_sum_f32(
  task: i32,
  words: LayerNormGradientSumWords,
  scratch: usize,
): void {
  const length = words.length;
  const end = min(length, (task + 1) * words.perTask);
  for (let i = task * words.perTask; i < end; i++) {
    let scale: f64 = 0, shift: f64 = 0;
    for (let chunk = 0; chunk < words.chunks; chunk++) {
      const at = words.partial + ((<usize>chunk * 2 * <usize>length + <usize>i) << 3);
      scale += load<f64>(at);
      shift += load<f64>(at + (<usize>length << 3));
    }
    store<f32>(words.dgamma + (<usize>i << 2), <f32>scale);
    store<f32>(words.dbeta + (<usize>i << 2), <f32>shift);
  }
}

/**
 * Updates of many variables in one call. A task is a block of a variable: six words of a table with
 * the addresses of w, its gradient and up to three tensors of state, and the length of the block.
 */
import { AdamUpdateWords, SgdUpdateWords, StockUpdateWords, UpdateRule } from "./words.generated";

const ENTRY: usize = 24;

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
  const length = load<i32>(entry, 20);
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
  const length = load<i32>(entry, 20);
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

/** a x + b y in every lane, with three roundings. */
// @ts-ignore: decorator
@inline
function mixed(a: v128, x: v128, b: v128, y: v128): v128 {
  return f32x4.add(f32x4.mul(a, x), f32x4.mul(b, y));
}

/**
 * The updates of TensorFlow.js's own optimizers, each operation rounded where it rounds: the same bits.
 * With the gradient g, the rate r, the states s, t and u, and the scalars a and b:
 *
 *     SGD               w += a g                                        (a = -r)
 *     Momentum          s = b s + g;  w += a s, or for Nesterov's a (g + b s)
 *     Adam              s = decay1 s + rest1 g;  t = decay2 t + rest2 g^2;
 *                       w -= r (s / a) / (sqrt(t / b) + epsilon)        (a, b = 1 - powers of the decays)
 *     RMSProp           s = decay2 s + rest2 g^2;  t = decay1 t + r g / sqrt(s + epsilon);  w -= t
 *     CenteredRMSProp   with u = decay2 u + rest2 g, the root of s - (u^2 + epsilon)
 *     Adamax            s = decay1 s + rest1 g;  t = max(decay2 t, |g|);  w += a s / (t + epsilon)
 *     Adagrad           s += g^2;  w -= r g / sqrt(s + epsilon)
 *     Adadelta          d = sqrt(t + epsilon) / sqrt(s + epsilon) g;  w -= r d;
 *                       s = decay2 s + rest2 g^2;  t = decay2 t + rest2 d^2
 */
export function stock_update_f32(task: i32, words: StockUpdateWords, scratch: usize): void {
  const entry = words.table + <usize>task * ENTRY;
  const w = <usize>load<u32>(entry);
  const gradients = <usize>load<u32>(entry, 4);
  const first = <usize>load<u32>(entry, 8);
  const second = <usize>load<u32>(entry, 12);
  const third = <usize>load<u32>(entry, 16);
  const length = load<i32>(entry, 20);
  const rule = words.rule;
  const rate = f32x4.splat(words.rate);
  const decay1 = f32x4.splat(words.decay1);
  const rest1 = f32x4.splat(words.rest1);
  const decay2 = f32x4.splat(words.decay2);
  const rest2 = f32x4.splat(words.rest2);
  const epsilon = f32x4.splat(words.epsilon);
  const a = words.scalar1 == 0 ? rate : v128.load32_splat(words.scalar1);
  const b = words.scalar2 == 0 ? rate : v128.load32_splat(words.scalar2);
  for (let i = 0; i < length; i += 4) {
    const at = <usize>i << 2;
    const g = v128.load(gradients + at);
    let s = first == 0 ? g : v128.load(first + at);
    let t = second == 0 ? g : v128.load(second + at);
    let move: v128;
    if (rule == UpdateRule.SGD) {
      move = f32x4.mul(a, g);
    } else if (rule == UpdateRule.Momentum || rule == UpdateRule.NesterovMomentum) {
      s = f32x4.add(f32x4.mul(b, s), g);
      const ahead = rule == UpdateRule.Momentum ? s : f32x4.add(g, f32x4.mul(s, b));
      move = f32x4.mul(a, ahead);
    } else if (rule == UpdateRule.Adam) {
      s = mixed(s, decay1, g, rest1);
      t = mixed(t, decay2, f32x4.mul(g, g), rest2);
      const root = f32x4.sqrt(f32x4.div(t, b));
      const step = f32x4.div(f32x4.div(s, a), f32x4.add(root, epsilon));
      move = f32x4.neg(f32x4.mul(step, rate));
    } else if (rule == UpdateRule.RMSProp || rule == UpdateRule.CenteredRMSProp) {
      s = mixed(s, decay2, f32x4.mul(g, g), rest2);
      let square: v128;
      if (rule == UpdateRule.CenteredRMSProp) {
        const u = mixed(v128.load(third + at), decay2, g, rest2);
        v128.store(third + at, u);
        square = f32x4.sub(s, f32x4.add(f32x4.mul(u, u), epsilon));
      } else square = f32x4.add(s, epsilon);
      const step = f32x4.div(f32x4.mul(g, rate), f32x4.sqrt(square));
      t = f32x4.add(f32x4.mul(t, decay1), step);
      move = f32x4.neg(t);
    } else if (rule == UpdateRule.Adamax) {
      s = mixed(s, decay1, g, rest1);
      t = f32x4.max(f32x4.mul(t, decay2), f32x4.abs(g));
      move = f32x4.mul(a, f32x4.div(s, f32x4.add(t, epsilon)));
    } else if (rule == UpdateRule.Adagrad) {
      s = f32x4.add(s, f32x4.mul(g, g));
      const step = f32x4.div(g, f32x4.sqrt(f32x4.add(s, epsilon)));
      move = f32x4.neg(f32x4.mul(step, rate));
    } else {
      const above = f32x4.sqrt(f32x4.add(t, epsilon));
      const step = f32x4.mul(f32x4.div(above, f32x4.sqrt(f32x4.add(s, epsilon))), g);
      s = mixed(s, decay2, f32x4.mul(g, g), rest2);
      t = mixed(t, decay2, f32x4.mul(step, step), rest2);
      move = f32x4.neg(f32x4.mul(step, rate));
    }
    if (first != 0) v128.store(first + at, s);
    if (second != 0) v128.store(second + at, t);
    v128.store(w + at, f32x4.add(v128.load(w + at), move));
  }
}

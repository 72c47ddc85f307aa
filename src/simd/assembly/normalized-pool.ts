/**
 * Maximum pooling over 2 x 2 windows right behind batch normalisation in training, and its gradient: what was
 * normalised is computed from x each time and lies nowhere in memory. Bits are those of batch normalisation and
 * max_pool_2x2_f32 one after the other. Channels are a multiple of four.
 */
import { float } from "./math";
import { betaOrZeros, normalize4 } from "./normalized";
import { passToLargest } from "./pool-2x2";
import { BatchNormMaxPoolWords, Float } from "./words.generated";

/** Tasks: blocks of rows of y. */
export function batch_norm_max_pool_2x2_f32(task: i32, words: BatchNormMaxPoolWords, scratch: usize): void {
  const pixel = <usize>words.channels << 2;
  const line = <usize>words.width * pixel;
  const mean = words.mean;
  const factor = words.factor;
  const beta = betaOrZeros(words.beta, pixel, scratch);
  const lowest = float(Float.MinusInfinity);
  const end = min(words.rows, (task + 1) * words.perTask);
  let to = words.y + <usize>task * <usize>words.perTask * (line >> 1);
  for (let row = task * words.perTask; row < end; row++) {
    let x = words.x + <usize>row * 2 * line;
    for (const behind = x + line; x < behind; x += 2 * pixel) {
      for (let c: usize = 0; c < pixel; c += 16) {
        const m = v128.load(mean + c), f = v128.load(factor + c), b = v128.load(beta + c);
        const at = x + c;
        let best = f32x4.pmax(lowest, normalize4(at, m, f, b));
        best = f32x4.pmax(best, normalize4(at + pixel, m, f, b));
        best = f32x4.pmax(best, normalize4(at + line, m, f, b));
        best = f32x4.pmax(best, normalize4(at + line + pixel, m, f, b));
        v128.store(to + c, best);
      }
      to += pixel;
    }
  }
}

/** dz of two lines of x, whose pooled line has the gradient dy. */
export function passThroughPool(
  width: i32,
  pixel: usize,
  x: usize,
  dy: usize,
  dz: usize,
  mean: usize,
  factor: usize,
  beta: usize,
): void {
  const line = <usize>width * pixel;
  for (const behind = x + line; x < behind; x += 2 * pixel) {
    for (let c: usize = 0; c < pixel; c += 16) {
      const m = v128.load(mean + c), f = v128.load(factor + c), b = v128.load(beta + c);
      const at = x + c;
      const z0 = normalize4(at, m, f, b);
      const z1 = normalize4(at + pixel, m, f, b);
      const z2 = normalize4(at + line, m, f, b);
      const z3 = normalize4(at + line + pixel, m, f, b);
      passToLargest(z0, z1, z2, z3, v128.load(dy + c), dz + c, pixel, line, 4);
    }
    dy += pixel;
    dz += 2 * pixel;
  }
}

/** Local response normalisation: each element over a power of its neighbouring channels' squares. */
import { LocalResponseGradientWords, LocalResponseWords } from "./words.generated";
import { pow4 } from "./math";
import { storeFirst } from "./vector";

/** Sums of 2 radius + 1 neighbours around `at`, of which those outside of the row are zeros. */
// @ts-ignore: decorator
@inline
function windowSum(at: usize, radius: i32): v128 {
  let from = at - (<usize>radius << 2);
  let sum = v128.load(from);
  for (let i = 2 * radius; i > 0; i--) {
    from += 4;
    sum = f32x4.add(sum, v128.load(from));
  }
  return sum;
}

/** y = x (bias + alpha sum of x^2)^-beta. Tasks: blocks of pixels. */
export function local_response_f32(task: i32, words: LocalResponseWords, scratch: usize): void {
  const channels = words.channels;
  const bytes = <usize>channels << 2;
  const radius = words.radius;
  const margin = (<usize>radius << 2) + 16;
  const alpha = f32x4.splat(words.alpha);
  const bias = f32x4.splat(words.bias);
  const power = f32x4.splat(-words.beta);
  const squares = scratch + margin;
  memory.fill(scratch, 0, bytes + 2 * margin);
  const end = min(words.pixels, (task + 1) * words.perTask);
  for (let pixel = task * words.perTask; pixel < end; pixel++) {
    const x = words.x + <usize>pixel * bytes;
    const y = words.y + <usize>pixel * bytes;
    for (let c: usize = 0; c < bytes; c += 16) {
      const value = v128.load(x + c);
      storeFirst(squares + c, f32x4.mul(value, value), <i32>(bytes - c) >> 2);
    }
    for (let c: usize = 0; c < bytes; c += 16) {
      const sum = windowSum(squares + c, radius);
      const norm = f32x4.add(bias, f32x4.mul(alpha, sum));
      storeFirst(y + c, f32x4.mul(v128.load(x + c), pow4(norm, power)), <i32>(bytes - c) >> 2);
    }
  }
}

/**
 * dx = dy norm^-beta - 2 alpha beta x sum of (y dy / norm), with norm = bias + alpha sum of x^2. Tasks:
 * blocks of pixels.
 */
export function local_response_gradient_f32(
  task: i32,
  words: LocalResponseGradientWords,
  scratch: usize,
): void {
  const channels = words.channels;
  const bytes = <usize>channels << 2;
  const radius = words.radius;
  const margin = (<usize>radius << 2) + 16;
  const alpha = f32x4.splat(words.alpha);
  const bias = f32x4.splat(words.bias);
  const power = f32x4.splat(-words.beta);
  const factor = f32x4.splat(-2 * words.alpha * words.beta);
  const room = bytes + 2 * margin;
  const squares = scratch + margin;
  const shares = squares + room;
  const norms = shares + room;
  memory.fill(scratch, 0, 3 * room);
  const end = min(words.pixels, (task + 1) * words.perTask);
  for (let pixel = task * words.perTask; pixel < end; pixel++) {
    const first = <usize>pixel * bytes;
    const x = words.x + first;
    const y = words.y + first;
    const dy = words.dy + first;
    for (let c: usize = 0; c < bytes; c += 16) {
      const value = v128.load(x + c);
      storeFirst(squares + c, f32x4.mul(value, value), <i32>(bytes - c) >> 2);
    }
    for (let c: usize = 0; c < bytes; c += 16) {
      const lanes = <i32>(bytes - c) >> 2;
      const norm = f32x4.add(bias, f32x4.mul(alpha, windowSum(squares + c, radius)));
      storeFirst(norms + c, norm, lanes);
      const share = f32x4.div(f32x4.mul(v128.load(y + c), v128.load(dy + c)), norm);
      storeFirst(shares + c, share, lanes);
    }
    for (let c: usize = 0; c < bytes; c += 16) {
      const direct = f32x4.mul(v128.load(dy + c), pow4(v128.load(norms + c), power));
      const others = f32x4.mul(f32x4.mul(factor, v128.load(x + c)), windowSum(shares + c, radius));
      storeFirst(words.dx + first + c, f32x4.add(direct, others), <i32>(bytes - c) >> 2);
    }
  }
}

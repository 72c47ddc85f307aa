/**
 * Maximum pooling over 2 x 2 windows that tile the image, the usual case, and its gradient; pool.ts
 * has the rest and says what happens to NaN and to equal maxima.
 */
import { float } from "./math";
import { Float, PoolWords } from "./words.generated";
import { storeFirst } from "./vector";

/** Tasks: blocks of rows of out. */
export function max_pool_2x2_f32(task: i32, words: PoolWords, scratch: usize): void {
  const outWidth = words.outWidth;
  const pixel = <usize>words.channels << 2;
  const line = <usize>words.width * pixel;
  const end = min(words.images * words.outHeight, (task + 1) * words.perTask);
  const lowest = float(Float.MinusInfinity);
  for (let row = task * words.perTask; row < end; row++) {
    let x = words.x + <usize>row * 2 * line;
    let to = words.y + <usize>row * <usize>outWidth * pixel;
    for (let column = 0; column < outWidth; column++) {
      for (let c: usize = 0; c < pixel; c += 16) {
        const at = x + c;
        let best = f32x4.pmax(lowest, v128.load(at));
        best = f32x4.pmax(best, v128.load(at + pixel));
        best = f32x4.pmax(best, v128.load(at + line));
        best = f32x4.pmax(best, v128.load(at + line + pixel));
        storeFirst(to + c, best, <i32>(pixel - c) >> 2);
      }
      x += 2 * pixel;
      to += pixel;
    }
  }
}

/** Stores `open` where the largest of a window stands, and 0 at the others: the first `lanes` of four channels. */
// @ts-ignore: decorator
@inline
export function passToLargest(
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  open: v128,
  to: usize,
  pixel: usize,
  line: usize,
  lanes: i32,
): void {
  const lowest = float(Float.MinusInfinity);
  // Whether each beats all before it; the last one that does has the maximum.
  const first = f32x4.gt(x0, lowest);
  let best = f32x4.pmax(lowest, x0);
  const second = f32x4.gt(x1, best);
  best = f32x4.pmax(best, x1);
  const third = f32x4.gt(x2, best);
  best = f32x4.pmax(best, x2);
  const fourth = f32x4.gt(x3, best);
  storeFirst(to + line + pixel, v128.and(open, fourth), lanes);
  open = v128.andnot(open, fourth);
  storeFirst(to + line, v128.and(open, third), lanes);
  open = v128.andnot(open, third);
  storeFirst(to + pixel, v128.and(open, second), lanes);
  storeFirst(to, v128.and(v128.andnot(open, second), first), lanes);
}

/** Tasks: blocks of rows of dy. */
export function max_pool_2x2_grad_f32(task: i32, words: PoolWords, scratch: usize): void {
  const outWidth = words.outWidth;
  const pixel = <usize>words.channels << 2;
  const line = <usize>words.width * pixel;
  const end = min(words.images * words.outHeight, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    let x = words.x + <usize>row * 2 * line;
    let dx = words.dx + <usize>row * 2 * line;
    let dy = words.y + <usize>row * <usize>outWidth * pixel;
    for (let column = 0; column < outWidth; column++) {
      for (let c: usize = 0; c < pixel; c += 16) {
        const at = x + c;
        const x0 = v128.load(at);
        const x1 = v128.load(at + pixel);
        const x2 = v128.load(at + line);
        const x3 = v128.load(at + line + pixel);
        const open = v128.load(dy + c);
        passToLargest(x0, x1, x2, x3, open, dx + c, pixel, line, <i32>(pixel - c) >> 2);
      }
      x += 2 * pixel;
      dx += 2 * pixel;
      dy += pixel;
    }
  }
}

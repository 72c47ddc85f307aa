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

/** Tasks: blocks of rows of dy. */
export function max_pool_2x2_grad_f32(task: i32, words: PoolWords, scratch: usize): void {
  const outWidth = words.outWidth;
  const pixel = <usize>words.channels << 2;
  const line = <usize>words.width * pixel;
  const end = min(words.images * words.outHeight, (task + 1) * words.perTask);
  const lowest = float(Float.MinusInfinity);
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
        // Whether each beats all before it; the last one that does has the maximum.
        const first = f32x4.gt(x0, lowest);
        let best = f32x4.pmax(lowest, x0);
        const second = f32x4.gt(x1, best);
        best = f32x4.pmax(best, x1);
        const third = f32x4.gt(x2, best);
        best = f32x4.pmax(best, x2);
        const fourth = f32x4.gt(x3, best);
        let open = v128.load(dy + c);
        const d3 = v128.and(open, fourth);
        open = v128.andnot(open, fourth);
        const d2 = v128.and(open, third);
        open = v128.andnot(open, third);
        const d1 = v128.and(open, second);
        open = v128.andnot(open, second);
        const to = dx + c;
        const lanes = <i32>(pixel - c) >> 2;
        storeFirst(to, v128.and(open, first), lanes);
        storeFirst(to + pixel, d1, lanes);
        storeFirst(to + line, d2, lanes);
        storeFirst(to + line + pixel, d3, lanes);
      }
      x += 2 * pixel;
      dx += 2 * pixel;
      dy += pixel;
    }
  }
}

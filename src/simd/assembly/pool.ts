/**
 * Pooling over windows of NHWC images and its gradients.
 *
 * As in the cpu backend, NaN is never the maximum, the first maximum of a window gets the gradient,
 * and averages count the elements inside the image while their gradients divide by the whole window.
 */
import { float } from "./math";
import { Float, PoolWords } from "./words.generated";
import { select, storeFirst } from "./vector";

// @ts-ignore: decorator
@inline
function joined(maximum: bool, a: v128, b: v128): v128 {
  return maximum ? f32x4.pmax(a, b) : f32x4.add(a, b);
}

/** Pools one window of `vectors` (1, 2 or 4) vectors of channels. */
// @ts-ignore: decorator
@inline
function poolWindow(maximum: bool, vectors: i32, from: usize, rows: i32, columns: i32, line: usize, pixel: usize, to: usize, count: v128, channels: i32): void {
  const none = maximum ? float(Float.MinusInfinity) : f32x4.splat(0);
  let a = none, b = none, c = none, d = none;
  for (; rows > 0; rows--) {
    let at = from;
    if (vectors == 1 && columns == 3) {
      a = joined(maximum, a, v128.load(at));
      a = joined(maximum, a, v128.load(at + pixel));
      a = joined(maximum, a, v128.load(at + 2 * pixel));
      from += line;
      continue;
    }
    for (let left = columns; left > 0; left--) {
      a = joined(maximum, a, v128.load(at));
      if (vectors > 1) b = joined(maximum, b, v128.load(at, 16));
      if (vectors > 2) {
        c = joined(maximum, c, v128.load(at, 32));
        d = joined(maximum, d, v128.load(at, 48));
      }
      at += pixel;
    }
    from += line;
  }
  if (!maximum) {
    a = f32x4.div(a, count);
    if (vectors > 1) b = f32x4.div(b, count);
    if (vectors > 2) {
      c = f32x4.div(c, count);
      d = f32x4.div(d, count);
    }
  }
  if (vectors == 1) storeFirst(to, a, channels);
  else v128.store(to, a);
  if (vectors > 1) v128.store(to, b, 16);
  if (vectors > 2) {
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

/** Pools the output rows of one task. */
// @ts-ignore: decorator
@inline
function pool(maximum: bool, task: i32, words: PoolWords): void {
  const height = words.height;
  const width = words.width;
  const channels = words.channels;
  const outHeight = words.outHeight;
  const outWidth = words.outWidth;
  const perTask = words.perTask;
  const strideWidth = words.strideWidth;
  const filterWidth = words.filterWidth;
  const padLeft = words.padLeft;
  const atLeast = words.atLeast;
  const pixel = <usize>channels << 2;
  const line = <usize>width * pixel;
  const lastRow = min((task + 1) * perTask, words.images * outHeight);
  for (let row = task * perTask; row < lastRow; row++) {
    const image = row / outHeight;
    const y = (row - image * outHeight) * words.strideHeight - words.padTop;
    const y0 = max(y, 0);
    const rows = max(min(y + words.filterHeight, height) - y0, 0);
    const source = words.x + <usize>image * <usize>height * line + <usize>y0 * line;
    let to = words.y + <usize>row * <usize>outWidth * pixel;
    for (let column = 0; column < outWidth; column++) {
      const x = column * strideWidth - padLeft;
      const x0 = max(x, 0);
      const columns = max(min(x + filterWidth, width) - x0, 0);
      let from = source + <usize>x0 * pixel;
      const count = f32x4.splat(<f32>max(rows * columns, atLeast));
      let left = channels;
      for (; left >= 16; left -= 16) {
        poolWindow(maximum, 4, from, rows, columns, line, pixel, to, count, left);
        from += 64;
        to += 64;
      }
      if (left >= 8) {
        poolWindow(maximum, 2, from, rows, columns, line, pixel, to, count, left);
        from += 32;
        to += 32;
        left -= 8;
      }
      for (; left > 0; left -= 4) {
        poolWindow(maximum, 1, from, rows, columns, line, pixel, to, count, left);
        from += 16;
        to += <usize>min(left, 4) << 2;
      }
    }
  }
}

/** Joins the `n` vectors that start `step` bytes apart with `acc`. */
// @ts-ignore: decorator
@inline
function joinedAt(maximum: bool, acc: v128, at: usize, step: usize, n: i32): v128 {
  if (n == 3) {
    acc = joined(maximum, joined(maximum, acc, v128.load(at)), v128.load(at + step));
    return joined(maximum, acc, v128.load(at + 2 * step));
  }
  for (; n > 0; n--) {
    acc = joined(maximum, acc, v128.load(at));
    at += step;
  }
  return acc;
}

/**
 * The same for pixels of few channels: first rows are joined, whole vectors at a time, then columns; where windows
 * move by one column, whole vectors again.
 */
// @ts-ignore: decorator
@inline
function poolNarrow(maximum: bool, task: i32, words: PoolWords, scratch: usize): void {
  const none = maximum ? float(Float.MinusInfinity) : f32x4.splat(0);
  const height = words.height;
  const outHeight = words.outHeight;
  const outWidth = words.outWidth;
  const filterWidth = words.filterWidth;
  const pixel = <usize>words.channels << 2;
  const line = <usize>words.width * pixel;
  const outLine = <usize>outWidth * pixel;
  const isDense = words.strideWidth == 1;
  const span = isDense ? outLine : pixel;
  const stride = <usize>words.strideWidth * pixel;
  const atLeast = f32x4.splat(<f32>words.atLeast);
  // Of each element of a row of the output, the columns of its window inside the image.
  const counts = scratch;
  // A row of the input between the margins.
  const inside = ((scratch + outLine + 79) & ~15) + <usize>words.padLeft * pixel;
  const margin = inside - <usize>words.padLeft * pixel;
  const marginEnd = margin + <usize>(outWidth - 1) * stride + <usize>filterWidth * pixel + 16;
  for (let at = counts, column = 0; column < outWidth; column++) {
    const x = column * words.strideWidth - words.padLeft;
    const count = max(min(x + filterWidth, words.width) - max(x, 0), 0);
    for (const end = at + pixel; at < end; at += 4) store<f32>(at, <f32>count);
  }
  for (let at = margin; at < inside; at += 16) v128.store(at, none);
  const lastRow = min((task + 1) * words.perTask, words.images * outHeight);
  for (let row = task * words.perTask; row < lastRow; row++) {
    const image = row / outHeight;
    const y = (row - image * outHeight) * words.strideHeight - words.padTop;
    const y0 = max(y, 0);
    const rows = max(min(y + words.filterHeight, height) - y0, 0);
    const source = words.x + (<usize>image * <usize>height + <usize>y0) * line;
    for (let i: usize = 0; i < line; i += 16) {
      v128.store(inside + i, joinedAt(maximum, none, source + i, line, rows));
    }
    for (let at = inside + line; at < marginEnd; at += 16) v128.store(at, none);
    const down = f32x4.splat(<f32>rows);
    const to = words.y + <usize>row * outLine;
    const whole = words.y + <usize>lastRow * outLine - 16;
    let from = margin;
    for (let at: usize = 0; at < outLine; at += span) {
      for (let i: usize = 0; i < span; i += 16) {
        let result = joinedAt(maximum, none, from + i, pixel, filterWidth);
        if (!maximum) {
          const count = f32x4.mul(v128.load(counts + at + i), down);
          result = f32x4.div(result, f32x4.pmax(count, atLeast));
        }
        // What is stored beyond a pixel is overwritten by the next.
        const target = to + at + i;
        if (target <= whole) v128.store(target, result);
        else storeFirst(target, result, <i32>(span - i) >> 2);
      }
      from += stride;
    }
  }
}

export function max_pool_f32(task: i32, words: PoolWords, scratch: usize): void {
  pool(true, task, words);
}

export function avg_pool_f32(task: i32, words: PoolWords, scratch: usize): void {
  pool(false, task, words);
}

export function max_pool_narrow_f32(task: i32, words: PoolWords, scratch: usize): void {
  poolNarrow(true, task, words, scratch);
}

export function avg_pool_narrow_f32(task: i32, words: PoolWords, scratch: usize): void {
  poolNarrow(false, task, words, scratch);
}

/** Distributes the gradient of every window of one image and a block of channels. */
// @ts-ignore: decorator
@inline
function poolGrad(maximum: bool, task: i32, words: PoolWords): void {
  const height = words.height;
  const width = words.width;
  const channels = words.channels;
  const outHeight = words.outHeight;
  const outWidth = words.outWidth;
  const perTask = words.perTask;
  const tiled = words.tiled != 0;
  const pixel = <usize>channels << 2;
  const line = <usize>width * pixel;
  const blocks = (channels + perTask - 1) / perTask;
  const image = task / blocks;
  const c0 = (task - image * blocks) * perTask;
  const c1 = min(c0 + perTask, channels);
  const input = words.x + <usize>image * <usize>height * line;
  const dx = words.dx + <usize>image * <usize>height * line;
  const share = f32x4.splat(<f32>1 / <f32>(words.filterHeight * words.filterWidth));
  const zero = f32x4.splat(0);
  if (!tiled) {
    // Windows may overlap or leave elements out: gradients are added onto zeros.
    const end = <usize>height * line;
    for (let at: usize = 0; at < end; at += pixel) {
      for (let c = c0; c < c1; c += 4) storeFirst(dx + at + (<usize>c << 2), zero, c1 - c);
    }
  }
  let dy = words.y + <usize>image * <usize>(outHeight * outWidth) * pixel;
  for (let row = 0; row < outHeight; row++) {
    const y = row * words.strideHeight - words.padTop;
    const y0 = max(y, 0);
    const y1 = min(y + words.filterHeight, height);
    for (let column = 0; column < outWidth; column++) {
      const x = column * words.strideWidth - words.padLeft;
      const x0 = max(x, 0);
      const x1 = min(x + words.filterWidth, width);
      const corner = <usize>y0 * line + <usize>x0 * pixel;
      for (let c = c0; c < c1; c += 4) {
        const at = corner + (<usize>c << 2);
        let gradient = v128.load(dy + (<usize>c << 2));
        let best = f32x4.splat(-Infinity);
        let where = i32x4.splat(-1);
        if (maximum) {
          let start = input + at;
          let index = 0;
          for (let i = y0; i < y1; i++) {
            let from = start;
            for (let j = x0; j < x1; j++) {
              const value = v128.load(from);
              const better = f32x4.gt(value, best);
              best = select(better, value, best);
              where = select(better, i32x4.splat(index), where);
              index++;
              from += pixel;
            }
            start += line;
          }
        } else {
          gradient = f32x4.mul(gradient, share);
        }
        let start = dx + at;
        let index = 0;
        for (let i = y0; i < y1; i++) {
          let to = start;
          for (let j = x0; j < x1; j++) {
            let part = gradient;
            if (maximum) part = v128.and(part, i32x4.eq(where, i32x4.splat(index)));
            if (!tiled) part = f32x4.add(v128.load(to), part);
            storeFirst(to, part, c1 - c);
            index++;
            to += pixel;
          }
          start += line;
        }
      }
      dy += pixel;
    }
  }
}

export function max_pool_grad_f32(task: i32, words: PoolWords, scratch: usize): void {
  poolGrad(true, task, words);
}

export function avg_pool_grad_f32(task: i32, words: PoolWords, scratch: usize): void {
  poolGrad(false, task, words);
}

/**
 * Depthwise convolution of NHWC images, where each channel has a filter of its own, and its filter's
 * gradient. The gradient of the input is such a convolution itself (plans/conv-depthwise.ts). A channel
 * multiplier is the host's business: it repeats the channels of x beforehand.
 *
 * Four columns of the output and eight channels are computed side by side: their sums stay in
 * registers, and a tap of the filter is read once for the four. No tap is tested: columns whose
 * windows reach over the edge are done one by one, with the taps that lie inside.
 */
import {
  DepthwiseConv2dWords,
  DepthwiseFilterGradientSumWords,
  DepthwiseFilterGradientWords,
  DepthwiseRepeatWords,
} from "./words.generated";
import { activateRows, floorOf, isMoreThanFloor } from "./epilogue";
import { madd, storeFirst } from "./vector";

/** The first of `count` taps, `dilation` apart from `from` on, that is not before the image. */
// @ts-ignore: decorator
@inline
function firstInside(from: i32, dilation: i32): i32 {
  return from < 0 ? (dilation - 1 - from) / dilation : 0;
}

/** Behind the last one that is not behind an image of this size. */
// @ts-ignore: decorator
@inline
function lastInside(from: i32, dilation: i32, size: i32, count: i32): i32 {
  const space = size - 1 - from;
  return space < 0 ? 0 : min(count, space / dilation + 1);
}

/**
 * y = x * filter + bias, then an activation. A tap lies `fromTap` bytes behind its
 * neighbour in the filter, a row of taps `fromTapRow`; both may be negative. Tasks: blocks of rows
 * of y.
 */
export function depthwise_conv2d_f32(task: i32, words: DepthwiseConv2dWords, scratch: usize): void {
  const outHeight = words.outHeight;
  const outWidth = words.outWidth;
  const width = words.width;
  const strideWidth = words.strideWidth;
  const dilationWidth = words.dilationWidth;
  const filterWidth = words.filterWidth;
  const padLeft = words.padLeft;
  const pixel = <usize>words.channels << 2;
  const line = <usize>width * pixel;
  const across = <usize>dilationWidth * pixel;
  const down = <usize>words.dilationHeight * line;
  const toPixel = words.toPixel;
  // Columns whose windows lie inside.
  const inside = min(outWidth, (padLeft + strideWidth - 1) / strideWidth);
  const space = width - 1 + padLeft - (filterWidth - 1) * dilationWidth;
  const outside = space < 0 ? inside : max(inside, min(outWidth, space / strideWidth + 1));
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    const image = row / outHeight;
    const out = row - image * outHeight;
    const top = out * words.strideHeight - words.padTop;
    const firstRow = firstInside(top, words.dilationHeight);
    const lastRow = lastInside(top, words.dilationHeight, words.height, words.filterHeight);
    const filter = words.filter + <usize>firstRow * words.fromTapRow;
    const corner = top + firstRow * words.dilationHeight;
    const source = words.x + <usize>(image * words.height + corner) * line;
    const rows = lastRow - firstRow;
    let to = words.y + <usize>image * words.toImage + <usize>out * words.toRow;
    let column = 0;
    while (column < outWidth) {
      const left = column * strideWidth - padLeft;
      if (column >= inside && column + 4 <= outside) {
        const from = source + <usize>left * pixel;
        const step = <usize>strideWidth * pixel;
        fourColumns(words, from, step, filter, rows, filterWidth, across, down, to);
        column += 4;
        to += 4 * toPixel;
      } else {
        const first = firstInside(left, dilationWidth);
        const taps = lastInside(left, dilationWidth, width, filterWidth) - first;
        const from = source + <usize>(left + first * dilationWidth) * pixel;
        const tap = filter + <usize>first * words.fromTap;
        oneColumn(words, from, tap, rows, taps, across, down, to);
        column++;
        to += toPixel;
      }
    }
    if (isMoreThanFloor(words.activation)) {
      const line = to - <usize>outWidth * toPixel;
      activateRows(words.activation, outWidth, words.channels, line, toPixel, words.slopes, scratch);
    }
  }
}

/** Stores `channels` sums that are not under the floor. */
// @ts-ignore: decorator
@inline
function put(to: usize, sum: v128, floor: v128, channels: i32): void {
  storeFirst(to, f32x4.pmax(sum, floor), channels);
}

/** Four columns of y, whose windows lie `step` bytes apart and inside. */
function fourColumns(
  words: DepthwiseConv2dWords,
  x: usize,
  step: usize,
  filter: usize,
  rows: i32,
  taps: i32,
  across: usize,
  down: usize,
  y: usize,
): void {
  const floor = f32x4.splat(floorOf(words.activation));
  const bias = words.bias;
  const channels = words.channels;
  const toPixel = words.toPixel;
  const fromTap = words.fromTap;
  const fromTapRow = words.fromTapRow;
  const y1 = y + toPixel;
  const y2 = y1 + toPixel;
  const y3 = y2 + toPixel;
  let c = 0;
  for (; c + 8 <= channels; c += 8) {
    const at = <usize>c << 2;
    let a0 = bias ? v128.load(bias + at) : f32x4.splat(0);
    let b0 = bias ? v128.load(bias + at, 16) : f32x4.splat(0);
    let a1 = a0, a2 = a0, a3 = a0;
    let b1 = b0, b2 = b0, b3 = b0;
    let corner = x + at;
    let tapRow = filter + at;
    for (let i = 0; i < rows; i++) {
      let x0 = corner;
      let tap = tapRow;
      for (let j = 0; j < taps; j++) {
        const w = v128.load(tap);
        const v = v128.load(tap, 16);
        const x1 = x0 + step;
        const x2 = x1 + step;
        const x3 = x2 + step;
        a0 = madd(v128.load(x0), w, a0);
        b0 = madd(v128.load(x0, 16), v, b0);
        a1 = madd(v128.load(x1), w, a1);
        b1 = madd(v128.load(x1, 16), v, b1);
        a2 = madd(v128.load(x2), w, a2);
        b2 = madd(v128.load(x2, 16), v, b2);
        a3 = madd(v128.load(x3), w, a3);
        b3 = madd(v128.load(x3, 16), v, b3);
        x0 += across;
        tap += fromTap;
      }
      corner += down;
      tapRow += fromTapRow;
    }
    put(y + at, a0, floor, 4);
    put(y + at + 16, b0, floor, 4);
    put(y1 + at, a1, floor, 4);
    put(y1 + at + 16, b1, floor, 4);
    put(y2 + at, a2, floor, 4);
    put(y2 + at + 16, b2, floor, 4);
    put(y3 + at, a3, floor, 4);
    put(y3 + at + 16, b3, floor, 4);
  }
  for (; c < channels; c += 4) {
    const at = <usize>c << 2;
    let a0 = bias ? v128.load(bias + at) : f32x4.splat(0);
    let a1 = a0, a2 = a0, a3 = a0;
    let corner = x + at;
    let tapRow = filter + at;
    for (let i = 0; i < rows; i++) {
      let x0 = corner;
      let tap = tapRow;
      for (let j = 0; j < taps; j++) {
        const w = v128.load(tap);
        const x1 = x0 + step;
        const x2 = x1 + step;
        a0 = madd(v128.load(x0), w, a0);
        a1 = madd(v128.load(x1), w, a1);
        a2 = madd(v128.load(x2), w, a2);
        a3 = madd(v128.load(x2 + step), w, a3);
        x0 += across;
        tap += fromTap;
      }
      corner += down;
      tapRow += fromTapRow;
    }
    const lanes = channels - c;
    put(y + at, a0, floor, lanes);
    put(y1 + at, a1, floor, lanes);
    put(y2 + at, a2, floor, lanes);
    put(y3 + at, a3, floor, lanes);
  }
}

/** One column of y, with `taps` of its window's columns. */
function oneColumn(
  words: DepthwiseConv2dWords,
  x: usize,
  filter: usize,
  rows: i32,
  taps: i32,
  across: usize,
  down: usize,
  y: usize,
): void {
  const floor = f32x4.splat(floorOf(words.activation));
  const bias = words.bias;
  const channels = words.channels;
  const fromTap = words.fromTap;
  const fromTapRow = words.fromTapRow;
  for (let c = 0; c < channels; c += 4) {
    const at = <usize>c << 2;
    let sum = bias ? v128.load(bias + at) : f32x4.splat(0);
    let corner = x + at;
    let tapRow = filter + at;
    for (let i = 0; i < rows; i++) {
      let from = corner;
      let tap = tapRow;
      for (let j = 0; j < taps; j++) {
        sum = madd(v128.load(from), v128.load(tap), sum);
        from += across;
        tap += fromTap;
      }
      corner += down;
      tapRow += fromTapRow;
    }
    put(y + at, sum, floor, channels - c);
  }
}

/**
 * Sums of the filter's gradient over one chunk of rows of dy: [taps, channels rounded up to 4]. Three
 * taps of a row side by side, where they lie inside. Tasks: chunks.
 */
export function depthwise_conv2d_filter_gradient_f32(
  task: i32,
  words: DepthwiseFilterGradientWords,
  scratch: usize,
): void {
  const height = words.height;
  const width = words.width;
  const channels = words.channels;
  const outHeight = words.outHeight;
  const filterWidth = words.filterWidth;
  const taps = words.filterHeight * filterWidth;
  const pixel = <usize>channels << 2;
  const line = <usize>width * pixel;
  const pitch = <usize>((channels + 3) & ~3) << 2;
  const sums = words.sums + <usize>task * <usize>taps * pitch;
  memory.fill(sums, 0, <usize>taps * pitch);
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    const image = row / outHeight;
    const top = (row - image * outHeight) * words.strideHeight - words.padTop;
    const dy = words.dy + <usize>row * <usize>words.outWidth * pixel;
    for (let i = 0; i < words.filterHeight; i++) {
      const y = top + i * words.dilationHeight;
      if (y < 0 || y >= height) continue;
      const source = words.x + <usize>(image * height + y) * line;
      const to = sums + <usize>(i * filterWidth) * pitch;
      let j = 0;
      for (; j + 3 <= filterWidth; j += 3) threeTaps(words, source, dy, j, to, pitch);
      for (; j < filterWidth; j++) {
        oneTap(words, source, dy, j, 0, words.outWidth, to + <usize>j * pitch);
      }
    }
  }
}

/** How far the input of a column's tap `j` lies right of the column's stride. */
// @ts-ignore: decorator
@inline
function shiftOf(words: DepthwiseFilterGradientWords, j: i32): i32 {
  return j * words.dilationWidth - words.padLeft;
}

/** Columns [first, last) of dy whose input under tap `j` lies inside the image. */
// @ts-ignore: decorator
@inline
function firstColumn(words: DepthwiseFilterGradientWords, j: i32): i32 {
  return firstInside(shiftOf(words, j), words.strideWidth);
}

// @ts-ignore: decorator
@inline
function lastColumn(words: DepthwiseFilterGradientWords, j: i32): i32 {
  return lastInside(shiftOf(words, j), words.strideWidth, words.width, words.outWidth);
}

/** Adds what columns [begin, end) of a row of dy give to tap `j`. */
function oneTap(
  words: DepthwiseFilterGradientWords,
  source: usize,
  gradient: usize,
  j: i32,
  begin: i32,
  end: i32,
  to: usize,
): void {
  const first = max(begin, firstColumn(words, j));
  const last = min(end, lastColumn(words, j));
  if (first >= last) return;
  const pixel = <usize>words.channels << 2;
  const step = <usize>words.strideWidth * pixel;
  const from = source + <usize>(first * words.strideWidth + shiftOf(words, j)) * pixel;
  for (let c: usize = 0; c < pixel; c += 16) {
    let sum = v128.load(to + c);
    let x = from + c;
    let dy = gradient + <usize>first * pixel + c;
    for (let column = first; column < last; column++) {
      sum = madd(v128.load(x), v128.load(dy), sum);
      x += step;
      dy += pixel;
    }
    v128.store(to + c, sum);
  }
}

/** Adds what a row of dy gives to the taps `j`, `j` + 1 and `j` + 2. */
function threeTaps(
  words: DepthwiseFilterGradientWords,
  source: usize,
  gradient: usize,
  j: i32,
  sums: usize,
  pitch: usize,
): void {
  const first = firstColumn(words, j);
  const last = lastColumn(words, j + 2);
  const to = sums + <usize>j * pitch;
  for (let tap = 0; tap < 3; tap++) {
    // What the three do not have in common.
    const own = to + <usize>tap * pitch;
    oneTap(words, source, gradient, j + tap, 0, min(first, words.outWidth), own);
    oneTap(words, source, gradient, j + tap, max(first, last), words.outWidth, own);
  }
  if (first >= last) return;
  const pixel = <usize>words.channels << 2;
  const step = <usize>words.strideWidth * pixel;
  const across = <usize>words.dilationWidth * pixel;
  const from = source + <usize>(first * words.strideWidth + shiftOf(words, j)) * pixel;
  for (let c: usize = 0; c < pixel; c += 16) {
    const at = to + c;
    let s0 = v128.load(at);
    let s1 = v128.load(at + pitch);
    let s2 = v128.load(at + 2 * pitch);
    let x = from + c;
    let dy = gradient + <usize>first * pixel + c;
    for (let column = first; column < last; column++) {
      const d = v128.load(dy);
      s0 = madd(v128.load(x), d, s0);
      s1 = madd(v128.load(x + across), d, s1);
      s2 = madd(v128.load(x + 2 * across), d, s2);
      x += step;
      dy += pixel;
    }
    v128.store(at, s0);
    v128.store(at + pitch, s1);
    v128.store(at + 2 * pitch, s2);
  }
}

/** Repeats each channel. Tasks: blocks of pixels. */
export function depthwise_repeat_f32(task: i32, words: DepthwiseRepeatWords, scratch: usize): void {
  const channels = words.channels;
  const times = words.times;
  const begin = task * words.perTask;
  const end = min(words.pixels, begin + words.perTask);
  let from = words.x + (<usize>(begin * channels) << 2);
  let to = words.out + (<usize>(begin * channels * times) << 2);
  for (let i = begin * channels; i < end * channels; i++) {
    const value = load<f32>(from);
    for (let t = 0; t < times; t++) {
      store<f32>(to, value);
      to += 4;
    }
    from += 4;
  }
}

/** Adds the repeated channels up. Tasks: blocks of pixels. */
export function depthwise_repeat_sum_f32(task: i32, words: DepthwiseRepeatWords, scratch: usize): void {
  const channels = words.channels;
  const times = words.times;
  const begin = task * words.perTask;
  const end = min(words.pixels, begin + words.perTask);
  let from = words.x + (<usize>(begin * channels * times) << 2);
  let to = words.out + (<usize>(begin * channels) << 2);
  for (let i = begin * channels; i < end * channels; i++) {
    let sum: f32 = 0;
    for (let t = 0; t < times; t++) {
      sum += load<f32>(from);
      from += 4;
    }
    store<f32>(to, sum);
    to += 4;
  }
}

/** Adds the chunks in their order. Tasks: taps. */
export function depthwise_filter_gradient_sum_f32(task: i32, words: DepthwiseFilterGradientSumWords, scratch: usize): void {
  const channels = words.channels;
  const pitch = <usize>((channels + 3) & ~3) << 2;
  const chunkBytes = <usize>words.taps * pitch;
  for (let c = 0; c < channels; c += 4) {
    let from = words.sums + <usize>task * pitch + (<usize>c << 2);
    let sum = f32x4.splat(0);
    for (let chunk = 0; chunk < words.chunks; chunk++) {
      sum = f32x4.add(sum, v128.load(from));
      from += chunkBytes;
    }
    storeFirst(words.dfilter + (<usize>(task * channels + c) << 2), sum, channels - c);
  }
}

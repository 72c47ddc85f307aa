/**
 * Depthwise convolution of NHWC images, where each channel has a filter of its own, and its
 * gradients. A channel multiplier is the host's business: it repeats the channels of x beforehand.
 * Words 4 to 17 of all kernels:
 *
 *     4 height       5 width        6 channels
 *     7 outHeight    8 outWidth
 *     9 filterHeight 10 filterWidth 11 strideHeight 12 strideWidth
 *     13 dilationHeight 14 dilationWidth 15 padTop 16 padLeft
 *     17 rows a task or a chunk
 */
import { int, ptr } from "./task";
import { madd, storeFirst } from "./vector";

/**
 * y = x * filter + bias, then max(y, 0) if word 19 is set. Words: x, filter, bias or 0, y, sizes,
 * 18 rows of y in all images, 19 relu. Tasks: blocks of rows of y.
 */
export function depthwise_conv2d_f32(task: i32, params: usize, scratch: usize): void {
  const height = int(params, 4);
  const width = int(params, 5);
  const channels = int(params, 6);
  const outHeight = int(params, 7);
  const outWidth = int(params, 8);
  const filterWidth = int(params, 10);
  const dilationHeight = int(params, 13);
  const dilationWidth = int(params, 14);
  const bias = ptr(params, 2);
  const pixel = <usize>channels << 2;
  const line = <usize>width * pixel;
  const floor = f32x4.splat(int(params, 19) != 0 ? 0 : -Infinity);
  const end = min(int(params, 18), (task + 1) * int(params, 17));
  for (let row = task * int(params, 17); row < end; row++) {
    const image = row / outHeight;
    const top = (row - image * outHeight) * int(params, 11) - int(params, 15);
    const source = ptr(params, 0) + <usize>image * <usize>height * line;
    let to = ptr(params, 3) + <usize>row * <usize>outWidth * pixel;
    for (let column = 0; column < outWidth; column++) {
      const left = column * int(params, 12) - int(params, 16);
      for (let c = 0; c < channels; c += 4) {
        const at = <usize>c << 2;
        let sum = bias ? v128.load(bias + at) : f32x4.splat(0);
        let filter = ptr(params, 1) + at;
        for (let i = 0; i < int(params, 9); i++) {
          const y = top + i * dilationHeight;
          if (y >= 0 && y < height) {
            const from = source + <usize>y * line + at;
            for (let j = 0; j < filterWidth; j++) {
              const x = left + j * dilationWidth;
              if (x >= 0 && x < width) {
                const value = v128.load(from + <usize>x * pixel);
                sum = madd(value, v128.load(filter + <usize>j * pixel), sum);
              }
            }
          }
          filter += <usize>filterWidth * pixel;
        }
        storeFirst(to + at, f32x4.pmax(sum, floor), channels - c);
      }
      to += pixel;
    }
  }
}

/**
 * dx: each input collects the outputs that saw it. Words: dy, filter, 0, dx, sizes, 18 rows of dx
 * in all images. Tasks: blocks of rows of dx.
 */
export function depthwise_conv2d_input_gradient_f32(
  task: i32,
  params: usize,
  scratch: usize,
): void {
  const height = int(params, 4);
  const width = int(params, 5);
  const channels = int(params, 6);
  const outHeight = int(params, 7);
  const outWidth = int(params, 8);
  const filterWidth = int(params, 10);
  const strideHeight = int(params, 11);
  const strideWidth = int(params, 12);
  const pixel = <usize>channels << 2;
  const line = <usize>outWidth * pixel;
  const end = min(int(params, 18), (task + 1) * int(params, 17));
  for (let row = task * int(params, 17); row < end; row++) {
    const image = row / height;
    const below = row - image * height + int(params, 15);
    const source = ptr(params, 0) + <usize>image * <usize>outHeight * line;
    let to = ptr(params, 3) + <usize>row * <usize>width * pixel;
    for (let column = 0; column < width; column++) {
      const right = column + int(params, 16);
      for (let c = 0; c < channels; c += 4) {
        const at = <usize>c << 2;
        let sum = f32x4.splat(0);
        let filter = ptr(params, 1) + at;
        for (let i = 0; i < int(params, 9); i++) {
          const down = below - i * int(params, 13);
          const y = down / strideHeight;
          if (down >= 0 && y * strideHeight == down && y < outHeight) {
            const from = source + <usize>y * line + at;
            for (let j = 0; j < filterWidth; j++) {
              const across = right - j * int(params, 14);
              const x = across / strideWidth;
              if (across >= 0 && x * strideWidth == across && x < outWidth) {
                const value = v128.load(from + <usize>x * pixel);
                sum = madd(value, v128.load(filter + <usize>j * pixel), sum);
              }
            }
          }
          filter += <usize>filterWidth * pixel;
        }
        storeFirst(to + at, sum, channels - c);
      }
      to += pixel;
    }
  }
}

/**
 * Sums of the filter's gradient over one chunk of rows of dy. Words: x, dy, 0, sums [chunks, taps,
 * channels rounded up to 4], sizes, 18 rows of dy in all images. Tasks: chunks.
 */
export function depthwise_conv2d_filter_gradient_f32(
  task: i32,
  params: usize,
  scratch: usize,
): void {
  const height = int(params, 4);
  const width = int(params, 5);
  const channels = int(params, 6);
  const outHeight = int(params, 7);
  const outWidth = int(params, 8);
  const filterWidth = int(params, 10);
  const taps = int(params, 9) * filterWidth;
  const strideWidth = int(params, 12);
  const pixel = <usize>channels << 2;
  const line = <usize>width * pixel;
  const pitch = <usize>((channels + 3) & ~3) << 2;
  const sums = ptr(params, 3) + <usize>task * <usize>taps * pitch;
  memory.fill(sums, 0, <usize>taps * pitch);
  const end = min(int(params, 18), (task + 1) * int(params, 17));
  for (let row = task * int(params, 17); row < end; row++) {
    const image = row / outHeight;
    const top = (row - image * outHeight) * int(params, 11) - int(params, 15);
    const gradient = ptr(params, 1) + <usize>row * <usize>outWidth * pixel;
    for (let tap = 0; tap < taps; tap++) {
      const i = tap / filterWidth;
      const y = top + i * int(params, 13);
      if (y < 0 || y >= height) continue;
      const shift = (tap - i * filterWidth) * int(params, 14) - int(params, 16);
      // Columns of dy whose input lies inside the image.
      const first = shift < 0 ? (strideWidth - 1 - shift) / strideWidth : 0;
      const space = width - 1 - shift;
      const last = space < 0 ? 0 : min(outWidth, space / strideWidth + 1);
      const source = ptr(params, 0) + <usize>(image * height + y) * line;
      for (let c: usize = 0; c < pitch; c += 16) {
        const to = sums + <usize>tap * pitch + c;
        let sum = v128.load(to);
        let x = source + <usize>(first * strideWidth + shift) * pixel + c;
        let dy = gradient + <usize>first * pixel + c;
        for (let column = first; column < last; column++) {
          sum = madd(v128.load(x), v128.load(dy), sum);
          x += <usize>strideWidth * pixel;
          dy += pixel;
        }
        v128.store(to, sum);
      }
    }
  }
}

/**
 * Repeats each channel. Words: x, out, pixels, channels, times, pixels per task. Tasks: blocks of
 * pixels.
 */
export function depthwise_repeat_f32(task: i32, params: usize, scratch: usize): void {
  const channels = int(params, 3);
  const times = int(params, 4);
  const begin = task * int(params, 5);
  const end = min(int(params, 2), begin + int(params, 5));
  let from = ptr(params, 0) + (<usize>(begin * channels) << 2);
  let to = ptr(params, 1) + (<usize>(begin * channels * times) << 2);
  for (let i = begin * channels; i < end * channels; i++) {
    const value = load<f32>(from);
    for (let t = 0; t < times; t++) {
      store<f32>(to, value);
      to += 4;
    }
    from += 4;
  }
}

/**
 * Adds the repeated channels up. Words: repeated, out, pixels, channels, times, pixels per task.
 * Tasks: blocks of pixels.
 */
export function depthwise_repeat_sum_f32(task: i32, params: usize, scratch: usize): void {
  const channels = int(params, 3);
  const times = int(params, 4);
  const begin = task * int(params, 5);
  const end = min(int(params, 2), begin + int(params, 5));
  let from = ptr(params, 0) + (<usize>(begin * channels * times) << 2);
  let to = ptr(params, 1) + (<usize>(begin * channels) << 2);
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

/**
 * Adds the chunks in their order. Words: sums, dfilter, taps, channels, chunks. Tasks: taps.
 */
export function depthwise_filter_gradient_sum_f32(task: i32, params: usize, scratch: usize): void {
  const channels = int(params, 3);
  const pitch = <usize>((channels + 3) & ~3) << 2;
  const chunkBytes = <usize>int(params, 2) * pitch;
  for (let c = 0; c < channels; c += 4) {
    let from = ptr(params, 0) + <usize>task * pitch + (<usize>c << 2);
    let sum = f32x4.splat(0);
    for (let chunk = 0; chunk < int(params, 4); chunk++) {
      sum = f32x4.add(sum, v128.load(from));
      from += chunkBytes;
    }
    storeFirst(ptr(params, 1) + (<usize>(task * channels + c) << 2), sum, channels - c);
  }
}

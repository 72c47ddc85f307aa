/**
 * Depthwise convolution of NHWC images, where each channel has a filter of its own, and its
 * gradients. A channel multiplier is the host's business: it repeats the channels of x beforehand.
 */
import {
  DepthwiseConv2dWords,
  DepthwiseFilterGradientSumWords,
  DepthwiseFilterGradientWords,
  DepthwiseInputGradientWords,
  DepthwiseRepeatWords,
} from "./words.generated";
import { madd, storeFirst } from "./vector";

/** y = x * filter + bias, then max(y, 0) if `relu`. Tasks: blocks of rows of y. */
export function depthwise_conv2d_f32(task: i32, words: DepthwiseConv2dWords, scratch: usize): void {
  const height = words.height;
  const width = words.width;
  const channels = words.channels;
  const outHeight = words.outHeight;
  const outWidth = words.outWidth;
  const filterWidth = words.filterWidth;
  const dilationHeight = words.dilationHeight;
  const dilationWidth = words.dilationWidth;
  const bias = words.bias;
  const pixel = <usize>channels << 2;
  const line = <usize>width * pixel;
  const floor = f32x4.splat(words.relu != 0 ? 0 : -Infinity);
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    const image = row / outHeight;
    const top = (row - image * outHeight) * words.strideHeight - words.padTop;
    const source = words.x + <usize>image * <usize>height * line;
    let to = words.y + <usize>row * <usize>outWidth * pixel;
    for (let column = 0; column < outWidth; column++) {
      const left = column * words.strideWidth - words.padLeft;
      for (let c = 0; c < channels; c += 4) {
        const at = <usize>c << 2;
        let sum = bias ? v128.load(bias + at) : f32x4.splat(0);
        let filter = words.filter + at;
        for (let i = 0; i < words.filterHeight; i++) {
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

/** dx: each input collects the outputs that saw it. Tasks: blocks of rows of dx. */
export function depthwise_conv2d_input_gradient_f32(
  task: i32,
  words: DepthwiseInputGradientWords,
  scratch: usize,
): void {
  const height = words.height;
  const width = words.width;
  const channels = words.channels;
  const outHeight = words.outHeight;
  const outWidth = words.outWidth;
  const filterWidth = words.filterWidth;
  const strideHeight = words.strideHeight;
  const strideWidth = words.strideWidth;
  const pixel = <usize>channels << 2;
  const line = <usize>outWidth * pixel;
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    const image = row / height;
    const below = row - image * height + words.padTop;
    const source = words.dy + <usize>image * <usize>outHeight * line;
    let to = words.dx + <usize>row * <usize>width * pixel;
    for (let column = 0; column < width; column++) {
      const right = column + words.padLeft;
      for (let c = 0; c < channels; c += 4) {
        const at = <usize>c << 2;
        let sum = f32x4.splat(0);
        let filter = words.filter + at;
        for (let i = 0; i < words.filterHeight; i++) {
          const down = below - i * words.dilationHeight;
          const y = down / strideHeight;
          if (down >= 0 && y * strideHeight == down && y < outHeight) {
            const from = source + <usize>y * line + at;
            for (let j = 0; j < filterWidth; j++) {
              const across = right - j * words.dilationWidth;
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

/** Sums of the filter's gradient over one chunk of rows of dy. Tasks: chunks. */
export function depthwise_conv2d_filter_gradient_f32(
  task: i32,
  words: DepthwiseFilterGradientWords,
  scratch: usize,
): void {
  const height = words.height;
  const width = words.width;
  const channels = words.channels;
  const outHeight = words.outHeight;
  const outWidth = words.outWidth;
  const filterWidth = words.filterWidth;
  const taps = words.filterHeight * filterWidth;
  const strideWidth = words.strideWidth;
  const pixel = <usize>channels << 2;
  const line = <usize>width * pixel;
  const pitch = <usize>((channels + 3) & ~3) << 2;
  const sums = words.sums + <usize>task * <usize>taps * pitch;
  memory.fill(sums, 0, <usize>taps * pitch);
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    const image = row / outHeight;
    const top = (row - image * outHeight) * words.strideHeight - words.padTop;
    const gradient = words.dy + <usize>row * <usize>outWidth * pixel;
    for (let tap = 0; tap < taps; tap++) {
      const i = tap / filterWidth;
      const y = top + i * words.dilationHeight;
      if (y < 0 || y >= height) continue;
      const shift = (tap - i * filterWidth) * words.dilationWidth - words.padLeft;
      // Columns of dy whose input lies inside the image.
      const first = shift < 0 ? (strideWidth - 1 - shift) / strideWidth : 0;
      const space = width - 1 - shift;
      const last = space < 0 ? 0 : min(outWidth, space / strideWidth + 1);
      const source = words.x + <usize>(image * height + y) * line;
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

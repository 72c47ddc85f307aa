/** Crops of images, resized. */
import { storeFirst } from "./vector";
import { CropAndResizeWords } from "./words.generated";

/** Where in an image of `size` the place `i` of `count` lies, in pixels; in float64, as the cpu backend has it. */
// @ts-ignore: decorator
@inline
function placeOf(i: i32, count: i32, begin: f64, end: f64, size: i32): f64 {
  const last = <f64>(size - 1);
  if (count == 1) return 0.5 * (begin + end) * last;
  return begin * last + <f64>i * (((end - begin) * last) / <f64>(count - 1));
}

/** The channels at an address as float32. */
// @ts-ignore: decorator
@inline
function pixelAt(from: usize, integer: bool): v128 {
  const v = v128.load(from);
  return integer ? f32x4.convert_i32x4_s(v) : v;
}

// @ts-ignore: decorator
@inline
function between(a: v128, b: v128, part: v128): v128 {
  return f32x4.add(a, f32x4.mul(f32x4.sub(b, a), part));
}

/** Tasks: blocks of rows of the crops. */
export function crop_and_resize_f32(task: i32, words: CropAndResizeWords, scratch: usize): void {
  const height = words.height;
  const width = words.width;
  const outHeight = words.outHeight;
  const outWidth = words.outWidth;
  const nearest = words.nearest != 0;
  const integer = words.integer != 0;
  const bytes = <usize>words.channels << 2;
  const rowBytes = <usize>width * bytes;
  const end = min(words.crops * outHeight, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    const crop = row / outHeight;
    const box = words.boxes + (<usize>crop << 4);
    const image = load<i32>(words.images + (<usize>crop << 2));
    const exists = <u32>image < <u32>words.batch;
    const outside = f32x4.splat(exists ? words.outside : 0);
    const x = words.x + <usize>image * <usize>height * rowBytes;
    const top = <f64>load<f32>(box);
    const left = <f64>load<f32>(box, 4);
    const bottom = <f64>load<f32>(box, 8);
    const right = <f64>load<f32>(box, 12);
    const v = placeOf(row - crop * outHeight, outHeight, top, bottom, height);
    const isInside = exists && v >= 0 && v <= <f64>(height - 1);
    for (let column = 0; column < outWidth; column++) {
      const to = words.out + (<usize>row * <usize>outWidth + <usize>column) * bytes;
      const u = placeOf(column, outWidth, left, right, width);
      if (!(isInside && u >= 0 && u <= <f64>(width - 1))) {
        for (let c: usize = 0; c < bytes; c += 16) storeFirst(to + c, outside, <i32>(bytes - c) >> 2);
        continue;
      }
      if (nearest) {
        const pixel = x + <usize>floor(v + 0.5) * rowBytes + <usize>floor(u + 0.5) * bytes;
        for (let c: usize = 0; c < bytes; c += 16) {
          storeFirst(to + c, pixelAt(pixel + c, integer), <i32>(bytes - c) >> 2);
        }
        continue;
      }
      const above = x + <usize>floor(v) * rowBytes;
      const below = x + <usize>ceil(v) * rowBytes;
      const before = <usize>floor(u) * bytes;
      const behind = <usize>ceil(u) * bytes;
      const down = f32x4.splat(<f32>(v - floor(v)));
      const across = f32x4.splat(<f32>(u - floor(u)));
      for (let c: usize = 0; c < bytes; c += 16) {
        const a = pixelAt(above + before + c, integer);
        const b = pixelAt(above + behind + c, integer);
        const d = pixelAt(below + before + c, integer);
        const e = pixelAt(below + behind + c, integer);
        const value = between(between(a, b, across), between(d, e, across), down);
        storeFirst(to + c, value, <i32>(bytes - c) >> 2);
      }
    }
  }
}

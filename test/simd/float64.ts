/** Matrix products and convolutions in float64, by plain loops, at some of their elements. */
import type { ConvShape } from "../../src/simd/plans/conv-shape.ts";

/** An element of a result: its index, and its value in float64. */
export type Elements = Iterable<readonly [index: number, value: number]>;

/** Every `step`th element of A B; `at` gives the elements of A and B by row and column. */
export function* product(
  [m, k, n]: readonly [number, number, number],
  a: (row: number, column: number) => number,
  b: (row: number, column: number) => number,
  step = 1,
): Elements {
  for (let index = 0; index < m * n; index += step) {
    const [i, j] = [Math.floor(index / n), index % n];
    let sum = 0;
    for (let l = 0; l < k; l++) sum += a(i, l) * b(l, j);
    yield [index, sum];
  }
}

/** The pixels of x that the pixel (oy, ox) of y sees, with the index of the tap. */
function* seen(
  s: ConvShape,
  oy: number,
  ox: number,
): Iterable<[y: number, x: number, tap: number]> {
  for (let fy = 0; fy < s.filterHeight; fy++) {
    const y = oy * s.strideHeight + fy * s.dilationHeight - s.padTop;
    if (y < 0 || y >= s.inHeight) continue;
    for (let fx = 0; fx < s.filterWidth; fx++) {
      const x = ox * s.strideWidth + fx * s.dilationWidth - s.padLeft;
      if (x >= 0 && x < s.inWidth) yield [y, x, fy * s.filterWidth + fx];
    }
  }
}

/** Every `step`th element of y. */
export function* convolution(
  s: ConvShape,
  x: Float32Array,
  filter: Float32Array,
  step: number,
): Elements {
  const [ci, co] = [s.inChannels, s.outChannels];
  const length = s.batch * s.outHeight * s.outWidth * co;
  for (let index = 0; index < length; index += step) {
    const o = index % co;
    const pixel = (index - o) / co;
    const ox = pixel % s.outWidth;
    const row = (pixel - ox) / s.outWidth;
    const [image, oy] = [Math.floor(row / s.outHeight), row % s.outHeight];
    let sum = 0;
    for (const [y, xx, tap] of seen(s, oy, ox)) {
      const at = ((image * s.inHeight + y) * s.inWidth + xx) * ci;
      for (let i = 0; i < ci; i++) sum += x[at + i] * filter[(tap * ci + i) * co + o];
    }
    yield [index, sum];
  }
}

/** Every `step`th element of dx. */
export function* inputGradient(
  s: ConvShape,
  dy: Float32Array,
  filter: Float32Array,
  step: number,
): Elements {
  const [ci, co] = [s.inChannels, s.outChannels];
  // For each pixel of x which pixels of y see it, through which tap.
  const seenBy: [pixel: number, tap: number][][] = Array.from(
    { length: s.inHeight * s.inWidth },
    () => [],
  );
  for (let oy = 0; oy < s.outHeight; oy++) {
    for (let ox = 0; ox < s.outWidth; ox++) {
      for (const [y, x, tap] of seen(s, oy, ox))
        seenBy[y * s.inWidth + x].push([oy * s.outWidth + ox, tap]);
    }
  }
  const length = s.batch * seenBy.length * ci;
  for (let index = 0; index < length; index += step) {
    const i = index % ci;
    const pixel = (index - i) / ci;
    const [image, inside] = [Math.floor(pixel / seenBy.length), pixel % seenBy.length];
    let sum = 0;
    for (const [from, tap] of seenBy[inside]) {
      const at = (image * s.outHeight * s.outWidth + from) * co;
      for (let o = 0; o < co; o++) sum += dy[at + o] * filter[(tap * ci + i) * co + o];
    }
    yield [index, sum];
  }
}

/** Every `step`th element of dfilter. */
export function* filterGradient(
  s: ConvShape,
  x: Float32Array,
  dy: Float32Array,
  step: number,
): Elements {
  const [ci, co] = [s.inChannels, s.outChannels];
  const taps = s.filterHeight * s.filterWidth;
  /** For each tap, where the pixels of x and y are that it joins. */
  const joined: [number, number][][] = Array.from({ length: taps }, () => []);
  for (let image = 0; image < s.batch; image++) {
    for (let oy = 0; oy < s.outHeight; oy++) {
      for (let ox = 0; ox < s.outWidth; ox++) {
        for (const [y, xx, tap] of seen(s, oy, ox)) {
          const to = (image * s.outHeight + oy) * s.outWidth + ox;
          joined[tap].push([((image * s.inHeight + y) * s.inWidth + xx) * ci, to * co]);
        }
      }
    }
  }
  for (let index = 0; index < taps * ci * co; index += step) {
    const o = index % co;
    const i = ((index - o) / co) % ci;
    let sum = 0;
    for (const [from, to] of joined[Math.floor(index / (ci * co))]) sum += x[from + i] * dy[to + o];
    yield [index, sum];
  }
}

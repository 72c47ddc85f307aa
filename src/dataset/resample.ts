/**
 * Resizing as Pillow and torchvision do it, to the bit: each output value is a weighted mean of the
 * input values under a filter that is widened when the picture shrinks, so that no detail is skipped
 * (no aliasing); first along rows, then along columns, in whole numbers with 22 bits of fraction.
 */

import { allocate } from "../bytes/allocate.ts";
import type { Bytes } from "../bytes/bytes.ts";

/** How values between the given ones are found. */
export type Interpolation = "bilinear" | "bicubic" | "lanczos";

/** A filter: its weight at distance x (at least 0), and the distance from which it is 0. */
interface Filter {
  readonly support: number;
  readonly weight: (x: number) => number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const FILTERS: Readonly<Record<Interpolation, Filter>> = {
  bilinear: { support: 1, weight: (x) => (x < 1 ? 1 - x : 0) },
  // Keys's cubic with a = -0.5.
  bicubic: {
    support: 2,
    weight: (x) => {
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    },
  },
  lanczos: { support: 3, weight: (x) => (x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

export const INTERPOLATIONS = /* @__PURE__ */ Object.keys(FILTERS) as readonly Interpolation[];

const FRACTION_BITS = 22;

/** Part of an axis: from where, and how much of it; fractions of a pixel are allowed. */
export interface Span {
  readonly from: number;
  readonly length: number;
}

/** The weights of one output value: of the inputs from `first` on; their sum is 1. */
export interface AxisWeights {
  readonly first: number;
  readonly weights: readonly number[];
}

/** What each of `outSize` output values along an axis takes from the inputs in `span`. */
export function axisWeights(
  inSize: number,
  outSize: number,
  span: Span = { from: 0, length: inSize },
  filter = FILTERS.bilinear,
): AxisWeights[] {
  const scale = span.length / outSize;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  return Array.from({ length: outSize }, (_, i) => {
    const center = span.from + (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(inSize, Math.trunc(center + support + 0.5));
    const raw = Array.from({ length: end - first }, (_, k) =>
      filter.weight(Math.abs((k + first - center + 0.5) * (1 / stretch))),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}

/** The same in whole numbers. */
interface Taps {
  readonly first: number;
  readonly weights: Int32Array;
}

const axisTaps = (...axis: Parameters<typeof axisWeights>): Taps[] =>
  axisWeights(...axis).map(({ first, weights }) => ({
    first,
    weights: Int32Array.from(weights, (weight) => {
      const scaled = weight * 2 ** FRACTION_BITS;
      return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }),
  }));

/** A picture's values, row by row, the channels of a pixel side by side: a canvas's `ImageData` is one. */
export interface Pixels {
  /** `height * width * channels` bytes 0..255. */
  readonly data: Bytes;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Values of a pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 (the default) RGB and alpha. */
  readonly channels?: number;
}

/** A picture that gives its rows a strip at a time, so that it need not lie in memory as a whole. */
export interface PictureRows {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Values of a pixel. */
  readonly channels: number;
  /** Rows `from` to `to - 1`. */
  rows(from: number, to: number): Uint8Array;
}

/** Pixels of a strip: some MB. */
const STRIP_PIXELS = 2 ** 20;

/** The part `x`, `y` of a picture at another size. */
export function resample(
  picture: PictureRows,
  { x, y }: { readonly x: Span; readonly y: Span },
  [outHeight, outWidth]: readonly [height: number, width: number],
  interpolation: Interpolation,
): Uint8Array {
  const { width, height, channels } = picture;
  const filter = FILTERS[interpolation];
  const isWhole = (span: Span, size: number, outSize: number): boolean =>
    size === outSize && span.from === 0 && span.length === size;
  const step = outWidth * channels;
  // Both before any work: a size that is too large is refused at once.
  const out = isWhole(y, height, outHeight) ? undefined : room(outHeight * step);
  const wide = room(height * step);
  const taps = isWhole(x, width, outWidth) ? undefined : axisTaps(width, outWidth, x, filter);
  const count = Math.max(1, Math.floor(STRIP_PIXELS / width));
  for (let from = 0; from < height; from += count) {
    const to = Math.min(height, from + count);
    const strip = picture.rows(from, to);
    const lines = wide.subarray(from * step, to * step);
    if (!taps) lines.set(strip);
    else along(strip, lines, taps, { lines: to - from, step: channels, line: width * channels });
  }
  if (!out) return new Uint8Array(wide.buffer);
  // All values of a row go the same way down the columns.
  along(new Uint8Array(wide.buffer), out, axisTaps(height, outHeight, y, filter), {
    lines: 1,
    step,
    line: 0,
  });
  return new Uint8Array(out.buffer);
}

/** Clamps to 0..255 on its own. */
const room = (length: number): Uint8ClampedArray<ArrayBuffer> =>
  allocate(Uint8ClampedArray, length, {
    subject: "resizeImage",
    what: "the picture at its new size",
    remedy: "choose a smaller imageShape",
  });

/** Applies taps along an axis whose neighbours are `step` values apart; `line` to the next line. */
function along(
  data: Uint8Array,
  out: Uint8ClampedArray,
  taps: readonly Taps[],
  { lines, step, line }: { lines: number; step: number; line: number },
): void {
  let to = 0;
  for (let l = 0; l < lines; l++) {
    for (const { first, weights } of taps) {
      const start = l * line + first * step;
      for (let c = 0; c < step; c++) {
        let sum = 1 << (FRACTION_BITS - 1);
        for (let k = 0, at = start + c; k < weights.length; k++, at += step) {
          sum += data[at] * weights[k];
        }
        out[to++] = sum >> FRACTION_BITS;
      }
    }
  }
}

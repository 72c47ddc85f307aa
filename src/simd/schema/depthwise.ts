import { epilogue } from "./epilogue.ts";
import type { Words } from "./words.ts";

/** Channels count after repetition. */
const sizes = {
  height: "int",
  width: "int",
  channels: "int",
  outHeight: "int",
  outWidth: "int",
  filterHeight: "int",
  filterWidth: "int",
  strideHeight: "int",
  strideWidth: "int",
  dilationHeight: "int",
  dilationWidth: "int",
  padTop: "int",
  padLeft: "int",
  perTask: "int",
  /** In all images. */
  rows: "int",
} as const satisfies Words;

export const DepthwiseConv2d = {
  x: "ptr",
  filter: "ptr",
  ...epilogue,
  y: "ptr",
  ...sizes,
  /** Bytes from a tap of the filter to the next, and from a row of taps. */
  fromTap: "size",
  fromTapRow: "size",
  /** Bytes from an image, row, pixel of y to the next. */
  toImage: "size",
  toRow: "size",
  toPixel: "size",
} as const satisfies Words;

export const DepthwiseFilterGradient = {
  x: "ptr",
  dy: "ptr",
  /** [chunks, taps, channels rounded up to 4] */
  sums: "ptr",
  ...sizes,
} as const satisfies Words;

export const DepthwiseRepeat = {
  x: "ptr",
  out: "ptr",
  pixels: "int",
  channels: "int",
  times: "int",
  perTask: "int",
} as const satisfies Words;

export const DepthwiseFilterGradientSum = {
  sums: "ptr",
  dfilter: "ptr",
  taps: "int",
  channels: "int",
  chunks: "int",
} as const satisfies Words;

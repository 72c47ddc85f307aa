import type { Words } from "./words.ts";

/** The images on both sides of a convolution; y may be a gradient. */
const sizes = {
  inHeight: "int",
  inWidth: "int",
  inputs: "int",
  outHeight: "int",
  outWidth: "int",
  outputs: "int",
  padTop: "int",
  padLeft: "int",
  tiles: "int",
} as const satisfies Words;

export const WinogradFilter = {
  filter: "ptr",
  u: "ptr",
  inputs: "int",
  outputs: "int",
} as const satisfies Words;

export const WinogradConv2d = {
  x: "ptr",
  u: "ptr",
  bias: "ptr",
  y: "ptr",
  ...sizes,
  perTask: "int",
  relu: "int",
} as const satisfies Words;

export const WinogradFilterGradient = {
  x: "ptr",
  dy: "ptr",
  /** Of each chunk 36 planes [inputs][outputs]. */
  sums: "ptr",
  /** Output channels; a multiple of 8. */
  channelsPerTask: "int",
  ...sizes,
  perChunk: "int",
  perBlock: "int",
} as const satisfies Words;

export const WinogradFilterGradientSum = {
  sums: "ptr",
  dfilter: "ptr",
  inputs: "int",
  outputs: "int",
  chunks: "int",
} as const satisfies Words;

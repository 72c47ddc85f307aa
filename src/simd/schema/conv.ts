import { epilogue } from "./epilogue.ts";
import type { Words } from "./words.ts";

/** Pixels of images in memory: bytes from one image, row, pixel to the next. */
const from = { fromImage: "size", fromRow: "size", fromPixel: "size" } as const satisfies Words;

export const Conv2dPad = {
  x: "ptr",
  out: "ptr",
  height: "int",
  width: "int",
  channels: "int",
  outHeight: "int",
  outWidth: "int",
  outRows: "int",
  top: "int",
  left: "size",
  perTask: "int",
} as const satisfies Words;

export const Conv2dPackFilter = {
  filter: "ptr",
  panels: "ptr",
  rows: "int",
  columns: "int",
  transposed: "int",
  taps: "int",
  indices: "ptr",
} as const satisfies Words;

export const Conv2d = {
  x: "ptr",
  steps: "ptr",
  panels: "ptr",
  ...epilogue,
  out: "ptr",
  depth: "int",
  channels: "int",
  pixels: "int",
  rows: "int",
  columns: "int",
  ...from,
  toImage: "size",
  toRow: "size",
  toPixel: "size",
  /** Bytes from one pixel to the next where windows are single pixels, one behind the other; else 0. */
  matrixPitch: "size",
  /** Pixels. */
  perTask: "int",
  panelsPerTask: "int",
  panelBlocks: "int",
} as const satisfies Words;

export const Conv2dFilterGradient = {
  x: "ptr",
  steps: "ptr",
  dy: "ptr",
  /** Of each chunk [depth, channels rounded up to 8]. */
  sums: "ptr",
  depth: "int",
  channels: "int",
  pixels: "int",
  rows: "int",
  columns: "int",
  ...from,
  /** Pixels. */
  perChunk: "int",
  perBlock: "int",
  rowsPerTask: "int",
  rowBlocks: "int",
} as const satisfies Words;

export const Conv2dFilterGradientSum = {
  sums: "ptr",
  dfilter: "ptr",
  depth: "int",
  channels: "int",
  chunks: "int",
  perTask: "int",
} as const satisfies Words;

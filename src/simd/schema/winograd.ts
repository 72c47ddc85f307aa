import { epilogue } from "./epilogue.ts";
import type { Words } from "./words.ts";

export const WinogradFilter = {
  filter: "ptr",
  u: "ptr",
  inputs: "int",
  outputs: "int",
} as const satisfies Words;

/** The images on both sides of a convolution; y may be a gradient. */
const images = {
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

export const WinogradConv2d = {
  x: "ptr",
  u: "ptr",
  ...epilogue,
  y: "ptr",
  ...images,
  perTask: "int",
  tileBlocks: "int",
  panelsPerTask: "int",
} as const satisfies Words;

/** A chunk of tiles, block after block. */
export const WinogradGradientChunk = {
  x: "ptr",
  dy: "ptr",
  /** Of each chunk 36 planes [inputs][outputs]. */
  sums: "ptr",
  ...images,
  perChunk: "int",
  perBlock: "int",
} as const satisfies Words;

/** An image, and the planes of its tiles [begin, end). */
const planes = {
  image: "ptr",
  planes: "ptr",
  height: "int",
  width: "int",
  channels: "int",
  tilesDown: "int",
  tilesAcross: "int",
  begin: "int",
  end: "int",
  perTask: "int",
  /** Bytes from one plane to the next, and from one tile to the next. */
  plane: "size",
  pitch: "size",
} as const satisfies Words;

export const WinogradInput = { ...planes, padTop: "int", padLeft: "int" } as const satisfies Words;

export const WinogradOutputGradient = planes;

export const WinogradGradientProduct = {
  v: "ptr",
  w: "ptr",
  sums: "ptr",
  inputs: "int",
  outputs: "int",
  tiles: "int",
  planeV: "size",
  pitchV: "size",
  planeW: "size",
  pitchW: "size",
  planeSums: "size",
  pitchSums: "size",
  inputsPerTask: "int",
  inputBlocks: "int",
  panelsPerTask: "int",
  panelBlocks: "int",
  /** Whether to add to the sums. */
  adds: "int",
} as const satisfies Words;

export const WinogradFilterGradient = {
  sums: "ptr",
  dfilter: "ptr",
  inputs: "int",
  outputs: "int",
  chunks: "int",
  plane: "size",
  pitch: "size",
  /** Input channels. */
  perTask: "int",
} as const satisfies Words;

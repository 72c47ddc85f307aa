import type { Words } from "./words.ts";

export const WeightedRows = {
  x: "ptr",
  out: "ptr",
  /** Of each row of out where its terms start in the next two; one more at the end. */
  starts: "ptr",
  rows: "ptr",
  weights: "ptr",
  outer: "int",
  /** Rows of x. */
  length: "int",
  /** Rows of out. */
  count: "int",
  inner: "int",
  /** Of all rows of out; of `outer` where each is a sum of two. */
  perTask: "int",
} as const satisfies Words;

export const Cumulate = {
  x: "ptr",
  out: "ptr",
  outer: "int",
  length: "int",
  inner: "int",
  perTask: "int",
  exclusive: "int",
  reverse: "int",
  product: "int",
  integer: "int",
} as const satisfies Words;

export const TopK = {
  x: "ptr",
  values: "ptr",
  indices: "ptr",
  rows: "int",
  length: "int",
  k: "int",
  perTask: "int",
} as const satisfies Words;

const localResponse = {
  pixels: "int",
  channels: "int",
  perTask: "int",
  radius: "int",
  bias: "float",
  alpha: "float",
  beta: "float",
} as const satisfies Words;

export const LocalResponse = { x: "ptr", y: "ptr", ...localResponse } as const satisfies Words;

export const LocalResponseGradient = {
  x: "ptr",
  y: "ptr",
  dy: "ptr",
  dx: "ptr",
  ...localResponse,
} as const satisfies Words;

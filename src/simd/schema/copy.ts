import type { Words } from "./words.ts";

export const Copy = {
  from: "ptr",
  to: "ptr",
  length: "int",
  perTask: "int",
  inner: "int",
  /** Elements from one to the next along the inner dimension of the source. */
  step: "int",
  outer: "int",
  /** Of each outer dimension, innermost first: its size, its strides in source and target. */
  dimensions: "ints",
} as const satisfies Words;

export const Transpose = {
  from: "ptr",
  to: "ptr",
  n: "int",
  p: "int",
  fromStride: "int",
  toStride: "int",
  stripes: "int",
  outer: "int",
  /** As for Copy. */
  dimensions: "ints",
} as const satisfies Words;

export const Gather = {
  x: "ptr",
  indices: "ptr",
  out: "ptr",
  slices: "int",
  perTask: "int",
  outer: "int",
  /** Indices of a batch. */
  count: "int",
  dimension: "int",
  slice: "int",
} as const satisfies Words;

export const OneHot = {
  indices: "ptr",
  out: "ptr",
  count: "int",
  perTask: "int",
  depth: "int",
  on: "float",
  off: "float",
} as const satisfies Words;

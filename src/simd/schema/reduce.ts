import type { Words } from "./words.ts";

export const Fold = {
  x: "ptr",
  out: "ptr",
  outer: "int",
  length: "int",
  inner: "int",
  perChunk: "int",
  chunks: "int",
  columnsPerTask: "int",
  /** 1 unless there is one chunk. */
  rowsPerTask: "int",
  divisor: "float",
} as const satisfies Words;

export const FoldBool = {
  x: "ptr",
  out: "ptr",
  outer: "int",
  length: "int",
  inner: "int",
  any: "int",
  columnsPerTask: "int",
  rowsPerTask: "int",
} as const satisfies Words;

export const ArgMax = {
  x: "ptr",
  out: "ptr",
  results: "int",
  perTask: "int",
  length: "int",
  inner: "int",
  smallest: "int",
} as const satisfies Words;

export const Softmax = {
  x: "ptr",
  out: "ptr",
  rows: "int",
  perTask: "int",
  length: "int",
} as const satisfies Words;

export const SparseCrossEntropy = {
  logits: "ptr",
  labels: "ptr",
  loss: "ptr",
  rows: "int",
  classes: "int",
  perTask: "int",
} as const satisfies Words;

export const SparseCrossEntropyGradient = {
  logits: "ptr",
  labels: "ptr",
  dlogits: "ptr",
  rows: "int",
  classes: "int",
  perTask: "int",
  dy: "ptr",
} as const satisfies Words;

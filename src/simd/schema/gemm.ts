import { epilogue } from "./epilogue.ts";
import type { Words } from "./words.ts";

export const Gemm = {
  a: "ptr",
  b: "ptr",
  c: "ptr",
  ...epilogue,
  m: "int",
  n: "int",
  k: "int",
  lda: "size",
  ldb: "size",
  transposeA: "int",
  transposeB: "int",
  blockRows: "int",
  /** A multiple of 8. */
  blockColumns: "int",
  rowBlocks: "int",
  columnBlocks: "int",
  perChunk: "int",
  chunks: "int",
  /** B in panels of 8 columns and k rows; none means that tasks pack it. */
  panels: "ptr",
  /** Tables of byte offsets, one for each product of the batch; none means 0. */
  offsetsA: "ptr",
  offsetsB: "ptr",
} as const satisfies Words;

export const GemmSum = {
  /** [batch, chunks, m, n] */
  partial: "ptr",
  c: "ptr",
  n: "int",
  m: "int",
  chunks: "int",
  ...epilogue,
  perTask: "int",
} as const satisfies Words;

export const FewRows = {
  a: "ptr",
  b: "ptr",
  /** The product, or of each chunk of k one [m, n]. */
  c: "ptr",
  ...epilogue,
  m: "int",
  n: "int",
  k: "int",
  /** Rows of B. */
  perTask: "int",
} as const satisfies Words;

export const MultiplyAddPeak = { rounds: "int" } as const satisfies Words;

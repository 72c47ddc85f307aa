import type { Words } from "./words.ts";

const sizes = { rows: "int", length: "int", perTask: "int" } as const satisfies Words;

export const LayerNorm = {
  x: "ptr",
  y: "ptr",
  /** Of each row, and 1 / sqrt(variance + epsilon). */
  mean: "ptr",
  factor: "ptr",
  gamma: "ptr",
  beta: "ptr",
  epsilon: "float",
  ...sizes,
} as const satisfies Words;

export const LayerNormGradient = {
  x: "ptr",
  dy: "ptr",
  dx: "ptr",
  mean: "ptr",
  factor: "ptr",
  gamma: "ptr",
  /** float64 [tasks, 2, length]: the sums for gamma and for beta. */
  partial: "ptr",
  ...sizes,
} as const satisfies Words;

export const LayerNormGradientSum = {
  partial: "ptr",
  dgamma: "ptr",
  dbeta: "ptr",
  length: "int",
  chunks: "int",
  perTask: "int",
} as const satisfies Words;

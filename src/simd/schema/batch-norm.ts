import { epilogue } from "./epilogue.ts";
import type { Words } from "./words.ts";

/** A matrix of rows along the last axis; `perChunk` rows go to a task. */
const matrix = { rows: "int", channels: "int", perChunk: "int" } as const satisfies Words;

/** What was normalised goes through an activation or a pooling; the gradient follows from its input. */
const behind = {
  /** 0: none; else 1 + the number of an operation of `ActivationGradient`. */
  gradient: "int",
  /** Of LeakyRelu. */
  alpha: "float",
  /** Of 2 x 2 windows behind the normalisation: pixels of a line of x; else 0. Two lines divide `perChunk`. */
  poolWidth: "int",
  factor: "ptr",
  beta: "ptr",
} as const satisfies Words;

export const BatchNorm = {
  x: "ptr",
  out: "ptr",
  rows: "int",
  perTask: "int",
  /** At most half of scratch. */
  channels: "int",
  mean: "ptr",
  variance: "ptr",
  scale: "ptr",
  offset: "ptr",
  epsilon: "float",
} as const satisfies Words;

export const BatchNormMoments = {
  x: "ptr",
  /** [chunks, 2, pitch]: of each chunk the means and the sums of squared deviations. */
  partial: "ptr",
  ...matrix,
} as const satisfies Words;

export const BatchNormCombine = {
  partial: "ptr",
  mean: "ptr",
  variance: "ptr",
  gamma: "ptr",
  factor: "ptr",
  ...matrix,
  epsilon: "float",
} as const satisfies Words;

export const BatchNormApply = {
  x: "ptr",
  y: "ptr",
  ...matrix,
  mean: "ptr",
  factor: "ptr",
  beta: "ptr",
  activation: epilogue.activation,
  slopes: epilogue.slopes,
} as const satisfies Words;

export const BatchNormMaxPool = {
  x: "ptr",
  y: "ptr",
  mean: "ptr",
  factor: "ptr",
  beta: "ptr",
  /** Of y. */
  rows: "int",
  perTask: "int",
  /** Pixels of a line of x. */
  width: "int",
  /** A multiple of four. */
  channels: "int",
} as const satisfies Words;

export const BatchNormGradientSums = {
  x: "ptr",
  dy: "ptr",
  /** [chunks, 2, pitch] */
  partial: "ptr",
  ...matrix,
  mean: "ptr",
  ...behind,
} as const satisfies Words;

export const BatchNormGradientCombine = {
  partial: "ptr",
  variance: "ptr",
  factor: "ptr",
  dgamma: "ptr",
  dbeta: "ptr",
  /** [3, pitch] */
  coefficients: "ptr",
  rows: "int",
  channels: "int",
  chunks: "int",
  epsilon: "float",
} as const satisfies Words;

export const BatchNormGradientApply = {
  x: "ptr",
  dy: "ptr",
  dx: "ptr",
  ...matrix,
  mean: "ptr",
  coefficients: "ptr",
  ...behind,
  /** As `gradient`, of the activation whose output x is. */
  before: "int",
  /** [chunks, pitch]: where a bias stands before. */
  partial: "ptr",
} as const satisfies Words;

export const BiasActivationGradient = {
  kept: "ptr",
  dy: "ptr",
  d: "ptr",
  /** 0: no activation; else 1 + the number of an operation of `ActivationGradient`. */
  gradient: "int",
  /** [chunks, pitch] */
  partial: "ptr",
  ...matrix,
} as const satisfies Words;

export const BiasGradientSum = {
  partial: "ptr",
  out: "ptr",
  channels: "int",
  chunks: "int",
} as const satisfies Words;

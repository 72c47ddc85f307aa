import { CONSTANTS } from "../schema/constants.ts";
import { operation } from "../schema/operations.ts";
import type { ActivationGradient } from "./element-wise.ts";
import { type Activation, epilogue } from "./epilogue.ts";
import type { Place, PlanWriter } from "./plan.ts";
import { cutRows, type PoolShape, tilesBy2 } from "./pool.ts";
import { roundUp } from "./sizes.ts";

/** A chunk of rows has about so many elements: it stays in a second-level cache. */
const CHUNK_ELEMENTS = 16384;
const MAXIMUM_CHUNKS = 256;

/** A tensor seen as a matrix of rows along its last axis. */
export interface Matrix {
  readonly rows: number;
  readonly channels: number;
}

/** How the rows are cut into chunks. */
function cut({ rows, channels }: Matrix): { perChunk: number; chunks: number; pitch: number } {
  const perChunk = Math.max(
    1,
    Math.ceil(rows / MAXIMUM_CHUNKS),
    Math.floor(CHUNK_ELEMENTS / Math.max(1, channels)),
  );
  return { perChunk, chunks: Math.ceil(rows / perChunk), pitch: pitchOf(channels) };
}

/** Bytes of one float for each channel, channels rounded up to four. */
function pitchOf(channels: number): number {
  return roundUp(channels, 4) * 4;
}

/** Bytes of the coefficients of a gradient. */
export function coefficientBytes(channels: number): number {
  return 3 * pitchOf(channels);
}

/** Whether batch normalisation in training takes so many channels. */
export function fitsTraining(channels: number, hasBeta: boolean): boolean {
  // A beta that is not given is zeros in scratch memory.
  return hasBeta || pitchOf(channels) + 64 <= CONSTANTS.SCRATCH_BYTES;
}

/** Whether it passes the gradient of an activation behind it on by itself. */
export function fitsActivationBehind(channels: number): boolean {
  // A block of rows and a row of zeros.
  return 2 * pitchOf(channels) + 16384 <= CONSTANTS.SCRATCH_BYTES;
}

/** Whether it is pooled, and passes the gradient of the pooling on, by itself. */
export function fitsPoolBehind(shape: PoolShape): boolean {
  const { images, height, width, channels } = shape;
  const { perChunk } = cut({ rows: images * height * width, channels });
  const bytes = (2 * width + 1) * pitchOf(channels) + 128;
  const fits = bytes <= CONSTANTS.SCRATCH_BYTES && perChunk % (2 * width) === 0;
  return tilesBy2(shape) && channels % 4 === 0 && fits;
}

/** Whether batch normalisation with given statistics takes so many channels. */
export function fitsInference(channels: number): boolean {
  return 8 * channels <= CONSTANTS.SCRATCH_BYTES;
}

/** out = (x - mean) scale / sqrt(variance + epsilon) + offset, with given statistics. */
export function batchNorm(
  plan: PlanWriter,
  { rows, channels }: Matrix,
  places: Record<"x" | "out" | "mean" | "variance" | "epsilon", Place> &
    Record<"scale" | "offset", Place | null>,
): void {
  const perTask = Math.max(1, Math.floor(CHUNK_ELEMENTS / channels));
  plan.call("batch_norm_f32", Math.ceil(rows / perTask), { ...places, rows, channels, perTask });
}

/** The statistics of x; factor = gamma / sqrt(variance + epsilon). */
export function batchNormStatistics(
  plan: PlanWriter,
  matrix: Matrix,
  {
    x,
    ...results
  }: Record<"x" | "mean" | "variance" | "factor" | "epsilon", Place> & { gamma: Place | null },
): void {
  const { perChunk, chunks, pitch } = cut(matrix);
  const partial = plan.temporary(chunks * 2 * pitch);
  plan.call("batch_norm_moments_f32", chunks, { x, partial, ...matrix, perChunk });
  plan.call("batch_norm_combine_f32", 1, { partial, ...results, ...matrix, perChunk });
}

/** y = (x - mean) factor + beta, then an activation. */
export function batchNormApply(
  plan: PlanWriter,
  matrix: Matrix,
  activation: Activation,
  places: Record<"x" | "y" | "mean" | "factor", Place> & { beta: Place | null },
): void {
  const { perChunk, chunks } = cut(matrix);
  const given = epilogue(plan, activation, matrix.channels, { bias: null, slopes: null });
  const { activation: word, slopes } = given;
  const words = { ...places, ...matrix, perChunk, activation: word, slopes };
  plan.call("batch_norm_apply_f32", chunks, words);
}

/** y: of what was normalised, the largest in each window of 2 x 2. */
export function batchNormMaxPool(
  plan: PlanWriter,
  shape: PoolShape,
  places: Record<"x" | "y" | "mean" | "factor", Place> & { beta: Place | null },
): void {
  const { tasks, perTask } = cutRows(shape, shape.outWidth * shape.channels);
  const { width, channels } = shape;
  const words = { rows: shape.images * shape.outHeight, perTask, width, channels };
  plan.call("batch_norm_max_pool_2x2_f32", tasks, { ...places, ...words });
}

/** What the normalised goes through, if the gradient goes back through it in the same passes. */
export type Behind =
  | { readonly op: ActivationGradient; readonly poolWidth: 0 }
  /** Windows of 2 x 2; the pixels of a line. */
  | { readonly op: null; readonly poolWidth: number };

/** The words of what is behind. */
const behindWords = (behind: Behind | null) => ({
  gradient: gradientWord(behind?.op ?? null),
  poolWidth: behind?.poolWidth ?? 0,
});

/** The number of a gradient and 1; 0 for none. */
function gradientWord(op: ActivationGradient | null): number {
  return op === null ? 0 : operation("ActivationGradient", op) + 1;
}

/** dgamma, dbeta and the coefficients of dx. */
export function batchNormGradient(
  plan: PlanWriter,
  matrix: Matrix,
  behind: Behind | null,
  {
    x,
    dy,
    mean,
    factor,
    beta,
    alpha,
    ...results
  }: Record<"x" | "dy" | "mean" | "variance" | "factor" | "dgamma" | "dbeta", Place> &
    Record<"coefficients" | "epsilon" | "alpha", Place> & { beta: Place | null },
): void {
  const { perChunk, chunks, pitch } = cut(matrix);
  const partial = plan.temporary(chunks * 2 * pitch);
  const words = { x, dy, partial, ...matrix, perChunk, mean, factor, beta, alpha };
  plan.call("batch_norm_gradient_sums_f32", chunks, { ...words, ...behindWords(behind) });
  const combined = { partial, factor, ...results, ...matrix, chunks };
  plan.call("batch_norm_gradient_combine_f32", 1, combined);
}

/**
 * dx, which is linear in what `behind` passes back of dy, and in x, with coefficients for each channel.
 * With `dbias`, x is the output of "add a bias, then the activation `before`", whose gradient this goes
 * through as well.
 */
export function batchNormInputGradient(
  plan: PlanWriter,
  matrix: Matrix,
  { behind, before }: { behind: Behind | null; before: ActivationGradient | null },
  {
    dbias,
    ...places
  }: Record<"x" | "dy" | "dx" | "mean" | "coefficients" | "factor" | "alpha", Place> &
    Record<"beta" | "dbias", Place | null>,
): void {
  const { perChunk, chunks, pitch } = cut(matrix);
  const partial = dbias && plan.temporary(Math.max(1, chunks) * pitch);
  const words = { ...places, ...matrix, perChunk, partial };
  const gradients = { ...behindWords(behind), before: gradientWord(before) };
  plan.call("batch_norm_gradient_apply_f32", chunks, { ...words, ...gradients });
  if (dbias && partial) sumBias(plan, matrix, chunks, partial, dbias);
}

/** The gradient of "add a bias, then an activation", or of a bias alone. */
export function biasActivationGradient(
  plan: PlanWriter,
  matrix: Matrix,
  op: ActivationGradient | null,
  { dbias, ...places }: { kept: Place | null; dy: Place; d: Place | null; dbias: Place },
): void {
  const { perChunk, chunks, pitch } = cut(matrix);
  const partial = plan.temporary(Math.max(1, chunks) * pitch);
  const words = { ...places, partial, ...matrix, perChunk, gradient: gradientWord(op) };
  plan.call("bias_activation_gradient_f32", chunks, words);
  sumBias(plan, matrix, chunks, partial, dbias);
}

function sumBias(
  plan: PlanWriter,
  { channels }: Matrix,
  chunks: number,
  partial: Place,
  out: Place,
): void {
  plan.call("bias_gradient_sum_f32", 1, { partial, out, channels, chunks });
}

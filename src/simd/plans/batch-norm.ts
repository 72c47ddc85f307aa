import { CONSTANTS } from "../schema/constants.ts";
import type { Place, PlanWriter } from "./plan.ts";
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
  return hasBeta || pitchOf(channels) <= CONSTANTS.SCRATCH_BYTES;
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

/** y = (x - mean) factor + beta, with the statistics of x; factor = gamma / sqrt(variance + epsilon). */
export function batchNormTraining(
  plan: PlanWriter,
  matrix: Matrix,
  {
    x,
    y,
    gamma,
    beta,
    epsilon,
    ...results
  }: Record<"x" | "y" | "mean" | "variance" | "factor" | "epsilon", Place> &
    Record<"gamma" | "beta", Place | null>,
): void {
  const { perChunk, chunks, pitch } = cut(matrix);
  const { mean, factor } = results;
  const partial = plan.temporary(chunks * 2 * pitch);
  plan.call("batch_norm_moments_f32", chunks, { x, partial, ...matrix, perChunk });
  const words = { partial, gamma, ...results, ...matrix, perChunk, epsilon };
  plan.call("batch_norm_combine_f32", 1, words);
  plan.call("batch_norm_apply_f32", chunks, { x, y, ...matrix, perChunk, mean, factor, beta });
}

/** dgamma, dbeta and the coefficients of dx. */
export function batchNormGradient(
  plan: PlanWriter,
  matrix: Matrix,
  {
    x,
    dy,
    mean,
    ...results
  }: Record<"x" | "dy" | "mean" | "variance" | "factor" | "dgamma" | "dbeta", Place> &
    Record<"coefficients" | "epsilon", Place>,
): void {
  const { perChunk, chunks, pitch } = cut(matrix);
  const partial = plan.temporary(chunks * 2 * pitch);
  const words = { x, dy, partial, ...matrix, perChunk, mean };
  plan.call("batch_norm_gradient_sums_f32", chunks, words);
  plan.call("batch_norm_gradient_combine_f32", 1, { partial, ...results, ...matrix, chunks });
}

/** dx, which is linear in dy and x with coefficients for each channel. */
export function batchNormInputGradient(
  plan: PlanWriter,
  matrix: Matrix,
  places: Record<"x" | "dy" | "dx" | "mean" | "coefficients", Place>,
): void {
  const { perChunk, chunks } = cut(matrix);
  plan.call("batch_norm_gradient_apply_f32", chunks, { ...places, ...matrix, perChunk });
}

/** The same through a relu that stands before, with the gradient of a bias before that. */
export function batchNormReluInputGradient(
  plan: PlanWriter,
  matrix: Matrix,
  { dbias, ...places }: Record<"x" | "dy" | "dx" | "mean" | "coefficients" | "dbias", Place>,
): void {
  const { perChunk, chunks, pitch } = cut(matrix);
  const partial = plan.temporary(Math.max(1, chunks) * pitch);
  const words = { ...places, ...matrix, perChunk, partial };
  plan.call("batch_norm_relu_gradient_apply_f32", chunks, words);
  sumBias(plan, matrix, chunks, partial, dbias);
}

/** The gradient of "add a bias, then relu" (with y), or of a bias alone. */
export function biasActivationGradient(
  plan: PlanWriter,
  matrix: Matrix,
  { dbias, ...places }: { y: Place | null; dy: Place; d: Place | null; dbias: Place },
): void {
  const { perChunk, chunks, pitch } = cut(matrix);
  const partial = plan.temporary(Math.max(1, chunks) * pitch);
  const words = { ...places, partial, ...matrix, perChunk };
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

import type { Place, PlanWriter } from "./plan.ts";

/** Elements that a task normalises. */
const BLOCK = 8192;
/** Tasks of a gradient at most: each keeps its own sums for the weights. */
const MOST_CHUNKS = 32;

/** Normalises rows of so many elements. */
export function layerNorm(
  plan: PlanWriter,
  [rows, length]: readonly [number, number],
  places: Record<"x" | "y" | "mean" | "factor" | "gamma" | "beta" | "epsilon", Place>,
): void {
  const perTask = Math.max(1, Math.floor(BLOCK / length));
  plan.call("layer_norm_f32", Math.ceil(rows / perTask), { ...places, rows, length, perTask });
}

/** The gradients of the rows and of both weights. */
export function layerNormGradient(
  plan: PlanWriter,
  [rows, length]: readonly [number, number],
  places: Record<"x" | "dy" | "dx" | "mean" | "factor" | "gamma" | "dgamma" | "dbeta", Place>,
): void {
  const perTask = Math.max(1, Math.floor(BLOCK / length), Math.ceil(rows / MOST_CHUNKS));
  const chunks = Math.ceil(rows / perTask);
  const partial = plan.temporary(16 * chunks * length);
  const { dgamma, dbeta, ...others } = places;
  const sizes = { rows, length, perTask };
  plan.call("layer_norm_gradient_f32", chunks, { ...others, partial, ...sizes });
  const columns = Math.max(1, Math.floor(BLOCK / chunks));
  const words = { partial, dgamma, dbeta, length, chunks, perTask: columns };
  plan.call("layer_norm_gradient_sum_f32", Math.ceil(length / columns), words);
}

import type { Optimizer } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { ModelInternals } from "./internals.ts";
import { withUndyingLoss } from "./loss.ts";

/** How a model is compiled, apart from its optimizer. */
export interface LossAndMetrics {
  readonly loss: LayersModel["loss"];
  readonly metrics: LayersModel["metrics"];
}

/** Compiles a model with an optimizer that it owns: `model.dispose()` disposes both. */
export function compileOwning(
  model: LayersModel,
  optimizer: Optimizer,
  { loss, metrics }: LossAndMetrics,
): void {
  model.compile({ optimizer, loss, metrics });
  // Of the model itself even if it is a Sequential: its inner model is never disposed.
  const internals = model as unknown as Pick<ModelInternals, "isOptimizerOwned">;
  internals.isOptimizerOwned = true;
  withUndyingLoss(model);
}

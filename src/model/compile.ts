import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { KerasAdam } from "./adam.ts";
import { modelInternals } from "./internals.ts";
import { withUndyingLoss } from "./loss.ts";

/** How a model is compiled, apart from its optimizer. */
export interface LossAndMetrics {
  readonly loss: LayersModel["loss"];
  readonly metrics: LayersModel["metrics"];
}

/** Compiles a model with an optimizer that it owns: `model.dispose()` disposes both. */
export function compileWithAdam(
  model: LayersModel,
  optimizer: KerasAdam,
  { loss, metrics }: LossAndMetrics,
): void {
  model.compile({ optimizer, loss: loss, metrics });
  modelInternals(model).isOptimizerOwned = true;
  withUndyingLoss(model);
}

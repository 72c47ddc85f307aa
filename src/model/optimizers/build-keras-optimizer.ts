import type { LayersModel } from "@tensorflow/tfjs-layers";
import { modelInternals } from "../internals.ts";
import { isKerasOptimizer } from "./keras-optimizer.ts";
import { optimizedWeight, optimizedWeights } from "./owners.ts";

/** Builds a compiled model's optimizer for the weights that its steps move, if it is one of this library. */
export function buildKerasOptimizer(model: LayersModel): boolean {
  const { optimizer } = modelInternals(model);
  if (!isKerasOptimizer(optimizer!)) return false;
  optimizer.build(optimizedWeights(model), model.weights.map(optimizedWeight));
  return true;
}

import type { io, Optimizer } from "@tensorflow/tfjs-core";
import { type LayersModel, loadLayersModel } from "@tensorflow/tfjs-layers";
import { KerasAdam } from "./adam.ts";
import { compileWithAdam } from "./compile.ts";
import { modelInternals } from "./internals.ts";
import { setTrainingStep, withKerasLayers } from "./keras-layers.ts";
import { withUndyingLoss } from "./loss.ts";

/**
 * Loads a saved model with everything that training needs: the layers behave as Keras's do, and a
 * model that was saved compiled (`model.save(handler, { includeOptimizer: true })`) comes back
 * compiled, with its optimizer's state, so that training goes on as if it had not been interrupted.
 *
 * @param handler where to load from: an `IOHandler`, or a URL that TensorFlow.js knows.
 * @returns the model; the caller disposes it.
 */
export async function loadModel(handler: string | io.IOHandler): Promise<LayersModel> {
  const model = withKerasLayers(await loadLayersModel(handler));
  const { optimizer } = modelInternals(model);
  if (!optimizer) return model;
  // Not `instanceof`: tfjs answers it with true for every optimizer.
  if (optimizer.getClassName() === "Adam") await adoptAdam(model, optimizer);
  // A mask belongs to a step, and the optimizer knows how many there were.
  setTrainingStep(model, model.optimizer.iterations);
  return withUndyingLoss(model);
}

/** Replaces tfjs's Adam by Keras's, with the same settings and state. */
async function adoptAdam(model: LayersModel, stock: Optimizer): Promise<void> {
  const { learningRate, beta1, beta2, epsilon } = stock.getConfig() as Record<string, number>;
  const optimizer = new KerasAdam(learningRate, beta1, beta2, epsilon);
  const weights = await stock.getWeights();
  await optimizer.setWeights(weights);
  // The first one, the number of steps, was made for this list; the others are the optimizer's own.
  weights[0].tensor.dispose();
  compileWithAdam(model, optimizer, model);
  stock.dispose();
}

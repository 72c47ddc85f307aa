import type { LayersModel } from "@tensorflow/tfjs-layers";
import { dispose, type Optimizer } from "@tensorflow/tfjs-core";
import { ArgumentError } from "../errors.ts";
import { modelInternals } from "../model/internals.ts";
import { isKerasOptimizer } from "../model/optimizers/keras-optimizer.ts";
import { checkWeightNames } from "../model/saved/check-weight-names.ts";

/**
 * Throws unless `model.save` can save a model with its optimizer, which it would say only when it is
 * called, or not at all.
 * @throws {ArgumentError} for weights of the same name, for TensorFlow.js's Adamax, for classes of others that
 *   do not support it, and for functions of the user's among the options.
 */
export async function checkSavable(subject: string, model: LayersModel): Promise<void> {
  checkWeightNames(subject, model);
  const { optimizer } = modelInternals(model);
  if (!optimizer) return;
  if (isKerasOptimizer(optimizer)) {
    optimizer.getConfig();
    return;
  }
  try {
    const [iterations] = await optimizer.getWeights();
    // The others are the optimizer's own.
    dispose(iterations.tensor);
  } catch (cause) {
    throw notSavable(subject, "an optimizer that model.save can save", optimizer, cause);
  }
}

/** The error for an optimizer whose state cannot be had. */
export function notSavable(
  subject: string,
  expected: string,
  optimizer: Optimizer,
  cause: unknown,
): ArgumentError {
  const got = `${optimizer.getClassName()}, whose getWeights fails`;
  const remedy = "compile the model with adam({ learningRate })";
  return new ArgumentError({ subject, expected, got, remedy, cause });
}

import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, describe, hasMethods } from "../checks.ts";

/** Throws unless the value is a layers model. */
export function checkModel(subject: string, model: unknown): asserts model is LayersModel {
  check(
    hasMethods(model, "predict"),
    subject,
    "a tf.LayersModel",
    describe(model),
    "pass e.g. the result of buildCifarModel()",
  );
}

/** Throws unless the value is a layers model that has not been disposed. */
export function checkLiveModel(subject: string, model: unknown): asserts model is LayersModel {
  checkModel(subject, model);
  check(
    isAlive(model),
    subject,
    "a live model",
    "one that has been disposed",
    "build or load it anew",
  );
}

/** Whether the model has not been disposed. */
export function isAlive(model: LayersModel): boolean {
  return model.weights.every((weight) => {
    try {
      return !weight.read().isDisposed;
    } catch {
      // tfjs-layers throws for a disposed weight.
      return false;
    }
  });
}

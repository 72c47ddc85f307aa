/**
 * Constraints of weights as Keras means them: what `maxNorm` or `nonNeg` asks for holds after every step.
 * TensorFlow.js asks for it only where values are written into a model, which would change those that
 * are loaded.
 */
import { type Tensor, tidy, type Variable } from "@tensorflow/tfjs-core";
import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-layers";
import { modelInternals } from "./internals.ts";

/** Has each step of a model, whoever makes it, hold its weights to their constraints. Idempotent. */
export function withConstraints(model: LayersModel): void {
  const inner = modelInternals(model);
  if (Object.hasOwn(inner, "makeTrainFunction")) return;
  const make = inner.makeTrainFunction.bind(inner);
  inner.makeTrainFunction = () => {
    const step = make();
    return (data) => {
      const values = step(data);
      for (const weight of inner.collectedTrainableWeights) {
        // TensorFlow.js declares that there is one.
        const constraint = weight.constraint as typeof weight.constraint | null | undefined;
        if (constraint)
          tidy(() => {
            assignTo(weight, constraint.apply(weight.read()));
          });
      }
      return values;
    };
  };
}

/** Gives a weight these values, as they are; the tensor stays the caller's. */
export function assignTo(weight: LayerVariable, values: Tensor): void {
  (weight.read() as Variable).assign(values);
}

import { engine, type Scalar, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { modelInternals } from "../../model/internals.ts";
import { setTrainingStep } from "../../model/keras-layers.ts";
import { withKerasLoss } from "../../model/loss.ts";
import { trainedWeights } from "../../model/trainable.ts";
import { compiledLoss, compiledMetrics } from "./compiled-functions.ts";
import { checkLearningRate } from "../../model/learning-rate.ts";

/**
 * What makes the steps of a run of the model as it is compiled now. Before each of them it looks at
 * what callbacks may have done to the model; what fails in one it tells in the library's words.
 */
export function trainingStep(
  subject: string,
  model: LayersModel,
  labelSmoothing: number,
): (data: Tensor[]) => Promise<Scalar[]> {
  const inner = modelInternals(withKerasLoss(model));
  const { optimizer, lossFunctions, metricsTensors } = inner;
  const loss = compiledLoss(model, labelSmoothing);
  const metrics = compiledMetrics(model).map(({ of }): [typeof of, number] => [of, 0]);
  const step = inner.makeTrainFunction();
  const makeStep = (data: Tensor[]): Scalar[] => {
    try {
      Object.assign(inner, { lossFunctions: [loss], metricsTensors: metrics });
      return step(data);
    } finally {
      Object.assign(inner, { lossFunctions, metricsTensors });
    }
  };
  return async (data) => {
    const now = modelInternals(model);
    const trained = now.collectedTrainableWeights;
    const trainable = trainedWeights(model);
    const isCompiledAnew = now.optimizer !== optimizer || now.lossFunctions !== lossFunctions;
    if (
      isCompiledAnew ||
      trainable.length !== trained.length ||
      trainable.some((weight, i) => weight !== trained[i])
    ) {
      const { changedMeanwhile } = await import("./failures.ts");
      throw isCompiledAnew
        ? changedMeanwhile(subject, "the model to stay as it was compiled", "one compiled anew")
        : changedMeanwhile(subject, "the same layers to train", "some frozen or thawed");
    }
    // A callback may have set it behind our back.
    checkLearningRate(subject, optimizer!);
    // What a callback did with the network in between must not shift its random numbers.
    setTrainingStep(model, optimizer!.iterations);
    try {
      return makeStep(data);
    } catch (cause) {
      disposeTape();
      const { stepFailure } = await import("./failures.ts");
      throw stepFailure(subject, model, cause);
    }
  };
}

/** Disposes what TensorFlow.js keeps for a gradient that it did not come to. */
function disposeTape(): void {
  const { state } = engine();
  for (const { saved } of state.activeTape ?? []) {
    for (const tensor of saved ?? []) tensor.dispose();
  }
  state.activeTape = [];
}

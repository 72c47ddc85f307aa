import { engine, type Scalar, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ArgumentError, CifarKitError } from "../errors.ts";
import { messageOf } from "../describe.ts";
import { modelInternals } from "../model/internals.ts";
import { setTrainingStep } from "../model/keras-layers.ts";
import { withUndyingLoss } from "../model/loss.ts";
import { changedMeanwhile } from "./changed-meanwhile.ts";
import { trainedWeights } from "../model/trainable.ts";
import { withCheckedFunctions } from "./compiled-functions.ts";
import { checkLearningRate } from "./learning-rate.ts";

/**
 * What makes the steps of a run of the model as it is compiled now. Before each of them it looks at
 * what callbacks may have done to the model; what fails in one it tells in the library's words.
 */
export function trainingStep(subject: string, model: LayersModel): (data: Tensor[]) => Scalar[] {
  withCheckedFunctions(withUndyingLoss(model));
  const inner = modelInternals(model);
  const { optimizer, lossFunctions } = inner;
  const step = inner.makeTrainFunction();
  return (data) => {
    const now = modelInternals(model);
    if (now.optimizer !== optimizer || now.lossFunctions !== lossFunctions) {
      throw changedMeanwhile(subject, "the model to stay as it was compiled", "one compiled anew");
    }
    const trained = now.collectedTrainableWeights;
    const trainable = trainedWeights(model);
    if (trainable.length !== trained.length || trainable.some((one, i) => one !== trained[i])) {
      throw changedMeanwhile(subject, "the same layers to train", "some frozen or thawed");
    }
    // A callback may have set it behind our back.
    checkLearningRate(subject, optimizer!);
    // What a callback did with the network in between must not shift its random numbers.
    setTrainingStep(model, optimizer!.iterations);
    try {
      return step(data);
    } catch (cause) {
      disposeTape();
      throw explained(subject, model, cause);
    }
  };
}

/** What a failed step is thrown as: a user's own error as it is. */
function explained(subject: string, model: LayersModel, cause: unknown): unknown {
  if (cause instanceof CifarKitError) return cause;
  if (isDisposed(modelInternals(model).optimizer!)) {
    return changedMeanwhile(subject, "the optimizer to live", "one that was disposed", cause);
  }
  if (/Cannot (find a connection|compute gradient)/.test(messageOf(cause))) {
    return new ArgumentError({
      subject,
      expected: "a loss that has a gradient",
      got: JSON.stringify(messageOf(cause)),
      remedy: "compute it from what the model gives, by operations that have gradients",
      cause,
    });
  }
  return cause;
}

/** Whether one of the tensors that an optimizer of TensorFlow.js keeps has been disposed. */
function isDisposed(optimizer: object): boolean {
  return Object.values(optimizer)
    .flat()
    .some((kept: unknown) => (kept as { isDisposed?: unknown } | null)?.isDisposed === true);
}

/** Disposes what TensorFlow.js keeps for a gradient that it did not come to. */
function disposeTape(): void {
  const { state } = engine();
  for (const { saved } of state.activeTape ?? []) {
    for (const tensor of saved ?? []) tensor.dispose();
  }
  state.activeTape = [];
}

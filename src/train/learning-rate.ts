import type { Optimizer } from "@tensorflow/tfjs-core";
import type { OptimizerInternals } from "../model/internals.ts";

/** An optimizer's learning rate; NaN for one that has none. */
export function learningRateOf(optimizer: Optimizer): number {
  return (optimizer as OptimizerInternals).learningRate ?? NaN;
}

/** Sets an optimizer's learning rate, from the next step on. */
export function setLearningRate(optimizer: Optimizer, learningRate: number): void {
  const internals = optimizer as OptimizerInternals;
  if (internals.setLearningRate) internals.setLearningRate(learningRate);
  else internals.learningRate = learningRate;
}

import type { Optimizer } from "@tensorflow/tfjs-core";
import { checkNumber } from "../checks.ts";
import type { OptimizerInternals } from "./internals.ts";
import { isKerasOptimizer, rateIsScheduled } from "./optimizers/keras-optimizer.ts";

/** An optimizer's learning rate at the next step; NaN for one that has none. */
export function learningRateOf(optimizer: Optimizer): number {
  return (optimizer as OptimizerInternals).learningRate ?? NaN;
}

/** Whether an optimizer's learning rate follows a schedule of its own. */
export function isScheduled(optimizer: Optimizer | undefined): boolean {
  return optimizer !== undefined && isKerasOptimizer(optimizer) && optimizer.isScheduled;
}

/** @throws {ArgumentError} if a learning rate that is to be set follows a schedule. */
export function checkRateIsFree(subject: string, run: { readonly isScheduled: boolean }): void {
  if (run.isScheduled) throw rateIsScheduled(subject);
}

/**
 * Sets an optimizer's learning rate, from the next step on.
 * @throws {ArgumentError} unless it is a finite number of at least 0.
 */
export function setLearningRate(subject: string, optimizer: Optimizer, learningRate: number): void {
  checkNumber(subject, "learningRate", learningRate, { min: 0 });
  const internals = optimizer as OptimizerInternals;
  if (internals.setLearningRate) internals.setLearningRate(learningRate);
  else internals.learningRate = learningRate;
}

/** Throws unless an optimizer's learning rate, if it has one, is one to make a step with. */
export function checkLearningRate(subject: string, optimizer: Optimizer): void {
  const { learningRate } = optimizer as OptimizerInternals;
  if (learningRate != null) checkNumber(subject, "learningRate", learningRate, { min: 0 });
}

import type { TensorContainer } from "@tensorflow/tfjs-core";
import type { Dataset } from "@tensorflow/tfjs-data";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { ImageDataGenerator } from "../augment/image-data-generator.ts";
import { checkOptions } from "../checks.ts";
import { ImageSet } from "../dataset/image-set.ts";
import { modelInternals } from "../model/internals.ts";
import { readOptimizerState, writeOptimizerState } from "../model/optimizers/optimizer-state.ts";
import { prepareOptimizer } from "../model/optimizers/prepare-optimizer.ts";
import {
  learningRateFinder,
  type LearningRateFinderOptions,
  type LearningRateRange,
} from "./callbacks/learning-rate-finder.ts";
import { WeightsCopy } from "./callbacks/weights-copy.ts";
import { checkTraining, trainPhase } from "./train-phase.ts";
import { isDataset } from "./training-data.ts";

/** Options of {@link findLearningRate}. */
export interface FindLearningRateOptions extends LearningRateFinderOptions {
  /** An image set, or a `tf.data.Dataset` of batches of equal size. */
  readonly train: ImageSet | Dataset<TensorContainer>;
  /** Images in a step; default 32. A dataset has its own. */
  readonly batchSize?: number;
  /** Augments the images of an image set. Default none. */
  readonly generator?: ImageDataGenerator;
  /** Fixes the order of the images and their augmentation; default 0. */
  readonly seed?: number;
  /** Stops the run after the step under way; rejects the promise with the reason. Default none. */
  readonly signal?: AbortSignal;
}

/**
 * Tries learning rates from very small to far too large, one a step, and records the loss of each.
 * Afterwards the model, its optimizer and the learning rate are as they were before.
 * @param model compiled; afterwards as before.
 * @throws {ArgumentError} if model, data and options do not fit together.
 * @see Smith, "Cyclical Learning Rates for Training Neural Networks", 2017
 */
export async function findLearningRate(
  model: LayersModel,
  options: FindLearningRateOptions,
): Promise<LearningRateRange> {
  const subject = "findLearningRate";
  checkOptions(subject, options, [
    "train",
    "batchSize",
    "generator",
    "seed",
    "signal",
    "minLearningRate",
    "maxLearningRate",
    "steps",
    "smoothing",
    "stopFactor",
  ]);
  const { train, batchSize, generator, seed, signal, ...range } = options;
  checkTraining(subject, model, { batchSize, seed, signal });
  const finder = learningRateFinder(range);
  const weights = await WeightsCopy.of(model);
  const optimizer = modelInternals(model).optimizer!;
  const state = await readOptimizerState(optimizer);
  try {
    await trainPhase(model, {
      train,
      batchSize,
      generator,
      seed,
      signal,
      // Even with a single batch in an epoch there are enough of them: the finder ends the run.
      epochs: range.steps ?? 100,
      ...(train instanceof ImageSet ? { dropRemainder: true } : {}),
      // Of a pipeline without an end, as many batches as there are steps make an epoch.
      ...(isDataset(train) && train.size === Infinity ? { stepsPerEpoch: range.steps ?? 100 } : {}),
      callbacks: [finder],
      verbose: 0,
    });
  } finally {
    weights.restore();
    await writeOptimizerState(subject, optimizer, state);
    // One that had none takes none.
    if (state.length > 1) await prepareOptimizer(subject, model);
  }
  return finder.range;
}

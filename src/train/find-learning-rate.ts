import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Augmenter } from "../augment/augmenter.ts";
import {
  finderOf,
  learningRateFinderOptions,
  type LearningRateFinderOptions,
  type LearningRateRange,
} from "./callbacks/learning-rate-finder.ts";
import { checkCompiled } from "./feed/model-input.ts";
import { readOptions } from "../options.ts";
import { ModelSnapshot } from "./model-snapshot.ts";
import { kindOf, type LabelledImages } from "./feed/feed-of.ts";
import { runPhases } from "./train.ts";
import { type TrainPhaseOptions, trainPhaseOptions } from "./train-options.ts";

/** Options of {@link findLearningRate}. */
export interface FindLearningRateOptions extends LearningRateFinderOptions {
  /** Images with labels, in batches of equal size. */
  readonly train: LabelledImages;
  /** Images in a step; default 32. A dataset has its own. */
  readonly batchSize?: number;
  /** Augments the images of an image set. Default none. */
  readonly augmentation?: Augmenter;
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
  const { train, batchSize, seed, signal, augmentation } = trainPhaseOptions();
  const ofData = { train, batchSize, seed, signal, augmentation };
  const { steps, minLearningRate, maxLearningRate, smoothing, stopFactor, ...data } = readOptions(
    subject,
    options,
    { ...ofData, ...learningRateFinderOptions() },
  );
  checkCompiled(subject, model);
  const range = { steps, minLearningRate, maxLearningRate, smoothing, stopFactor };
  const finder = finderOf(subject, range);
  const { samples, isEndless } = kindOf(data.train) ?? {};
  const before = await ModelSnapshot.of(model);
  try {
    const run: TrainPhaseOptions = {
      ...data,
      // Even with a single batch in an epoch there are enough of them: the finder ends the run.
      epochs: steps,
      ...(samples && { dropRemainder: true }),
      // Of a pipeline without an end, as many batches as there are steps make an epoch.
      ...(isEndless && { stepsPerEpoch: steps }),
      callbacks: [finder],
      verbose: 0,
    };
    const settings = readOptions(subject, run, trainPhaseOptions());
    await runPhases(subject, model, settings, [settings]);
  } finally {
    await before.restore(subject);
  }
  return finder.range;
}

import type { LayersModel } from "@tensorflow/tfjs-layers";
import { alternatingFlip, pipeline, randomCrop } from "../augment/index.ts";
import { check } from "../checks.ts";
import { checkImages, type Images } from "../dataset/check-image-set.ts";
import { checkLiveModel } from "../model/check-model.ts";
import { anything, integer, readOptions } from "../options.ts";
import {
  type Phase,
  train as trainModel,
  type Training,
  type TrainOptions,
} from "../train/index.ts";
import { BATCH_SIZE, compileFast } from "./fast-optimizer.ts";

/** Options of {@link trainFast}; those that it shares with {@link train} are as there. */
export interface TrainFastOptions extends Pick<
  TrainOptions,
  "validation" | "seed" | "checkpoint" | "resume" | "signal" | "callbacks" | "verbose"
> {
  /** The images. */
  readonly train: Images;
  /** At least 1; default 8. The learning rates fall to 0 over all of them. */
  readonly epochs?: number;
  /** Images a step, at least 2; default 500. Those of an epoch that make no whole batch are left out. */
  readonly batchSize?: number;
  /** Size of the images, which may grow over the run, as in a {@link Phase}. Default their own. */
  readonly imageSize?: Phase["imageSize"];
}

/** Epochs in which the biases of the whitening layer are trained. */
export const WHITENING_EPOCHS = 3;
/** Share of each label that is spread over all classes. */
export const LABEL_SMOOTHING = 0.2;

/** The phase that the recipe is. */
export const fastPhase = (epochs: number, imageSize: Phase["imageSize"]): Phase => ({
  ...{ epochs, imageSize, dropRemainder: true },
  augmentation: pipeline(randomCrop({ padding: 2 }), alternatingFlip()),
});

/**
 * Trains a network of {@link buildFastModel} by the recipe of its authors: Muon for the filters, shifts by up
 * to two pixels, flips that alternate, smoothed labels, rates that fall in a straight line. Compiles the model
 * anew. Its authors report 94 % of CIFAR-10's test images for the default widths and epochs, with six views
 * of each: `evaluate(model, test, { testTimeAugmentation: "six" })`.
 * @returns the histories, as {@link train} does.
 * @throws {ArgumentError} if an option is unknown or out of its range, the model is another one, or the images
 *   make no whole batch; and all that {@link train} throws.
 */
export async function trainFast(model: LayersModel, options: TrainFastOptions): Promise<Training> {
  const subject = "trainFast";
  const shared = anything<never>();
  const { epochs, batchSize, imageSize, ...settings } = readOptions(subject, options, {
    ...{ train: anything<Images>(), validation: shared, seed: shared, checkpoint: shared },
    ...{ resume: shared, signal: shared, callbacks: shared, verbose: shared },
    epochs: integer({ min: 1, default: 8 }),
    batchSize: integer({ min: 2, default: BATCH_SIZE }),
    imageSize: anything<Phase["imageSize"]>(),
  });
  checkLiveModel(subject, model);
  checkImages(subject, settings.train);
  check(
    ["whitening", "first"].some((name) => model.layers.some((layer) => layer.name === name)),
    subject,
    "a network of buildFastModel",
    `one named ${JSON.stringify(model.name)}`,
    "build one with buildFastModel({ whiten: train }), or train this one with trainPhase",
  );
  const steps = Math.floor(settings.train.length / batchSize);
  check(
    steps >= 1,
    subject,
    "at least one whole batch of images",
    `${settings.train.length} images in batches of ${batchSize}`,
    "pass more images, or a smaller batchSize",
  );
  compileFast(model, { batchSize, whiteningSteps: Math.min(epochs, WHITENING_EPOCHS) * steps });
  return trainModel(model, {
    ...settings,
    batchSize,
    labelSmoothing: LABEL_SMOOTHING,
    phases: [fastPhase(epochs, imageSize)],
  });
}

import type { TensorContainer } from "@tensorflow/tfjs-core";
import type { Dataset } from "@tensorflow/tfjs-data";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Flow } from "../augment/flow.ts";
import type { ImageDataGenerator } from "../augment/image-data-generator.ts";
import { checkInteger, checkOneOf, checkOptions, checkSeed, checkSignal } from "../checks.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { ensureTrainable } from "../model/backend/ensure-trainable.ts";
import { warnOfSlowBackend } from "../model/backend/warn-of-slow-backend.ts";
import type { Callback } from "./callback.ts";
import { checkCallbacks } from "./callback-list.ts";
import {
  checkCheckpointOptions,
  type CheckpointOptions,
  type ResumeMode,
} from "./checkpoint/checkpoint-options.ts";
import type { History } from "./history.ts";
import { checkCompiled, checkModel } from "./model-input.ts";
import { runPhases } from "./run-phases.ts";

/** What {@link trainPhase} and {@link trainTwoPhase} have in common. */
export interface TrainingOptions {
  /**
   * Data to measure after every epoch: an image set, a dataset of batches, or a flow, such as
   * `generator.flow(test, { shuffle: false })` of a generator that standardises. The loss is the
   * cross-entropy that `evaluate` gives, whichever loss the model trains on. Default none.
   */
  readonly validation?: ImageSet | Flow | Dataset<TensorContainer>;
  /**
   * Share of the training images, in [0, 1), to measure instead of to train on: those that
   * `trainValidationSplit` takes with the run's seed, of each class its share. (Keras takes the last
   * ones, of a sorted set whole classes.) Instead of `validation`; with an ImageSet only. Default 0,
   * none. Their loss is weighted by `sampleWeight`, as in Keras.
   */
  readonly validationSplit?: number;
  /** Images in a step; default 32. A flow and a dataset have their own. */
  readonly batchSize?: number;
  /** Fixes the order of the images and their augmentation; any safe integer; default 0. */
  readonly seed?: number;
  /**
   * What the loss of an image is multiplied by, at least 0: for each class, by its index (1 where it
   * is missing). With an ImageSet only. Weights change the loss, not the accuracy; the mean over a
   * batch divides by the number of its images. Default 1 for all.
   */
  readonly classWeight?: Readonly<Record<number, number>>;
  /** The same for each image, in the order of the set; both multiply. Default 1 for all. */
  readonly sampleWeight?: ArrayLike<number>;
  /**
   * Share of each label that is spread evenly over all classes, in [0, 1); default 0. Needs a
   * cross-entropy. The validation loss is measured against the plain labels.
   */
  readonly labelSmoothing?: number;
  /**
   * Steps in an epoch; default all batches. Of images the first ones of each epoch's order are
   * taken; a dataset goes on where the last epoch ended, as it has to if it repeats itself.
   */
  readonly stepsPerEpoch?: number;
  /** Called in this order, with the hooks of {@link Callback}. Default none. */
  readonly callbacks?: readonly Callback[];
  /**
   * 0: print nothing; 1 (default): a progress line; 2: one line an epoch. Unless it is 0, a run too
   * short for new moving averages of batch normalisation says so once, with what to set.
   */
  readonly verbose?: 0 | 1 | 2;
  /**
   * Stops the run after the step under way; the promise is then rejected with the reason. With
   * `checkpoint` the state of the run is saved first. Default none.
   */
  readonly signal?: AbortSignal;
  /** Saves the state of the run now and then, to go on from after an interruption. Default none. */
  readonly checkpoint?: CheckpointOptions;
  /** What to do with a checkpoint that is there already; default `"auto"`: go on from it. */
  readonly resume?: ResumeMode;
}

/** Options of {@link trainPhase}. */
export interface TrainPhaseOptions extends TrainingOptions {
  /**
   * An image set; a flow, such as `imageFlow(set, { augmentation, mix })` gives; or a
   * `tf.data.Dataset` whose elements are batches `{ xs, ys }` or `[xs, ys]`, with a third part
   * `sampleWeight` if they are weighted. Each of its batches is checked before the step: shapes,
   * finite pixels, and with a cross-entropy labels in range.
   */
  readonly train: ImageSet | Flow | Dataset<TensorContainer>;
  /** Index of the epoch after the last one; 0 or more. */
  readonly epochs: number;
  /**
   * Index of the first epoch, at most `epochs`; default 0. Epoch 5 has the same order and the same
   * augmentation whether the run began at 0 or at 5.
   */
  readonly initialEpoch?: number;
  /** Augments the images of an image set. Default none: they are scaled by 1/255 only. */
  readonly generator?: ImageDataGenerator;
  /**
   * Whether to leave out the last, short batch of an epoch. Default: true with a generator, false
   * without, as in the notebook (1562 and 1563 steps). The images are shuffled anew every epoch.
   */
  readonly dropRemainder?: boolean;
}

/** The names of the options that both training functions take. */
export const COMMON_OPTIONS = [
  "train",
  "validation",
  "validationSplit",
  "batchSize",
  "epochs",
  "seed",
  "classWeight",
  "sampleWeight",
  "labelSmoothing",
  "stepsPerEpoch",
  "callbacks",
  "verbose",
  "signal",
  "checkpoint",
  "resume",
] as const;

/**
 * Trains a model for some epochs, as one call of Keras's `fit` does: every epoch goes through all
 * images in a new order, loss and accuracy are averaged over the epoch while the weights move, and
 * the validation data are measured at its end. The optimizer keeps its state from call to call.
 *
 * Works on any compiled tf.LayersModel with one input and one output, whose layers behave as
 * {@link withKerasLayers} has them from then on: the same seed gives the same run. A loss named
 * `sparseCategoricalCrossentropy` or `categoricalCrossentropy` is trained in its log-sum-exp form,
 * whose gradient never dies. Layers whose `trainable` is false when the call begins stay as they are,
 * those of a model inside the model whose `trainable` is false, too.
 *
 * @param model compiled; its weights and its optimizer change. The caller keeps and disposes it.
 * @throws {ArgumentError} before the first step, if model, data and options do not fit together;
 *   before the step in question, if a batch of a dataset is bad: what was learned until then stays.
 * @throws {BackendError} before the first step, if the backend cannot train.
 * @throws {TrainingError} if the loss is not a finite number (the message names the step), or if the model
 *   is disposed, compiled anew, frozen or thawed in part or as a whole meanwhile.
 */
export async function trainPhase(model: LayersModel, options: TrainPhaseOptions): Promise<History> {
  const subject = "trainPhase";
  checkOptions(subject, options, [...COMMON_OPTIONS, "initialEpoch", "generator", "dropRemainder"]);
  const { epochs, initialEpoch = 0 } = options;
  checkInteger(subject, "epochs", epochs, { min: 0 });
  checkInteger(subject, "initialEpoch", initialEpoch, { min: 0, max: epochs });
  checkTraining(subject, model, options);
  const { generator, seed = 0, dropRemainder } = options;
  const phase = { epochs, initialEpoch, seed, generator, dropRemainder };
  const { histories } = await runPhases(subject, model, [phase], options);
  return histories[0];
}

/** Checks what both training functions take, and makes the backend ready. */
export function checkTraining(subject: string, model: LayersModel, options: TrainingOptions): void {
  checkTrainingOptions(subject, options);
  checkModel(subject, model);
  checkCompiled(subject, model);
  ensureTrainable();
  warnOfSlowBackend(subject);
}

/** Checks the options that both training functions have, and that say nothing of the data. */
export function checkTrainingOptions(
  subject: string,
  {
    batchSize = 32,
    seed = 0,
    callbacks = [],
    verbose = 1,
    signal,
    checkpoint,
    resume = "auto",
  }: TrainingOptions,
): void {
  checkInteger(subject, "batchSize", batchSize, { min: 1 });
  checkSeed(subject, seed);
  checkOneOf(subject, "verbose", verbose, [0, 1, 2]);
  checkCallbacks(subject, callbacks);
  checkSignal(subject, signal);
  checkCheckpointOptions(subject, checkpoint, resume);
}

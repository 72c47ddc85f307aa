import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ImageDataGenerator } from "../augment/image-data-generator.ts";
import { check, checkInteger, checkOptions, describe, isArray } from "../checks.ts";
import { ImageSet } from "../dataset/image-set.ts";
import { deriveSeed } from "../random/stream.ts";
import { joinHistories, type TwoPhaseHistory } from "./history.ts";
import { runPhases } from "./run-phases.ts";
import { checkTraining, COMMON_OPTIONS, type TrainingOptions } from "./train-phase.ts";
import { isDataset } from "./training-data.ts";

/** Options of {@link trainTwoPhase}. */
export interface TrainTwoPhaseOptions extends TrainingOptions {
  /** What to train on; an image set, since the second phase augments its images. */
  readonly train: ImageSet;
  /** Epochs of the plain and of the augmented phase, each 0 or more; default `[10, 10]`. */
  readonly epochs?: readonly [plain: number, augmented: number];
  /**
   * Augmentation of the second phase. Default: the notebook's, shifts by up to a tenth of width and
   * height and horizontal flips.
   */
  readonly augmentation?: ImageDataGenerator;
}

/**
 * Trains a model as the notebook does: some epochs on the images as they are, then some on
 * augmented ones, with the same optimizer going on. See {@link trainPhase} for what an epoch is and
 * for the errors.
 * @param model compiled; its weights and its optimizer change. The caller keeps and disposes it.
 * @throws {ArgumentError} before the first step, if model, data and options do not fit together.
 * @throws {BackendError} before the first step, if the backend cannot train.
 * @throws {TrainingError} as by {@link trainPhase}.
 */
export async function trainTwoPhase(
  model: LayersModel,
  options: TrainTwoPhaseOptions,
): Promise<TwoPhaseHistory> {
  const subject = "trainTwoPhase";
  checkOptions(subject, options, [...COMMON_OPTIONS, "augmentation"]);
  const { epochs = [10, 10], augmentation = notebookAugmentation(), seed = 0 } = options;
  check(
    isArray(epochs) && epochs.length === 2,
    subject,
    "epochs to be [plain, augmented]",
    describe(epochs),
    "pass e.g. [10, 10]",
  );
  epochs.forEach((count, phase) => {
    checkInteger(subject, `epochs[${phase}]`, count, { min: 0 });
  });
  check(
    augmentation instanceof ImageDataGenerator,
    subject,
    "augmentation to be an ImageDataGenerator",
    describe(augmentation),
    "pass new ImageDataGenerator({ ... }), or use trainPhase for other data",
  );
  const { train, batchSize = 32 } = options;
  check(
    train instanceof ImageSet,
    subject,
    "train to be an ImageSet, whose images can be augmented",
    isDataset(train) ? "a tf.data.Dataset" : describe(train),
    "pass one, or call trainPhase with a dataset twice",
  );
  checkTraining(subject, model, options);
  // What only the second phase needs is checked before the hours of the first.
  check(
    epochs[1] === 0 || train.length >= batchSize,
    subject,
    `at least one full batch of ${batchSize} images for the augmented phase`,
    `${train.length}`,
    "pass more images or a smaller batchSize",
  );
  const phase = (index: 0 | 1): { epochs: number; seed: number } => ({
    epochs: epochs[index],
    seed: deriveSeed(seed, "phase", index),
  });
  // A phase without epochs needs no full batch.
  const dropRemainder = epochs[1] > 0;
  const { histories, health } = await runPhases(
    subject,
    model,
    [phase(0), { ...phase(1), generator: augmentation, dropRemainder }],
    options,
  );
  const [plain, augmented] = histories;
  return { plain, augmented, all: joinHistories(histories), health };
}

/** The notebook's augmentation. */
function notebookAugmentation(): ImageDataGenerator {
  return new ImageDataGenerator({
    widthShiftRange: 0.1,
    heightShiftRange: 0.1,
    horizontalFlip: true,
  });
}

/** The options of training, as users write them and as they are read. */
import { type Augmenter, augmenter } from "../augment/augmenter.ts";
import { check, checkInteger, describe, isArray, isListOf, isObject } from "../checks.ts";
import {
  anything,
  boolean,
  integer,
  number,
  oneOf,
  reader,
  readOptions,
  seed,
  type Settled,
  signal,
} from "../options.ts";
import type { Callback } from "./callback.ts";
import {
  type CheckpointOptions,
  readCheckpointOptions,
  type ResumeMode,
} from "./checkpoint/checkpoint-options.ts";
import type { Feed } from "./feed/feed.ts";
import type { LabelledImages } from "./feed/feed-of.ts";
import { imageSize } from "./feed/image-size.ts";
import type { Group } from "./group.ts";
import { checkCallbacks } from "./run/callback-list.ts";

/** What the functions that train have in common. */
export interface TrainingOptions {
  /**
   * Data to measure after every epoch; of a flow, such as `generator.flow(test, { shuffle: false })` of
   * a generator that standardises, its first epoch. The loss is the cross-entropy that `evaluate`
   * gives, whichever loss the model trains on. Default none.
   */
  readonly validation?: LabelledImages;
  /**
   * Epochs from one measurement of the validation data to the next, at least 1; default 1, after each. With
   * 2 they are measured after the second epoch of each phase, its fourth and so on, and the history has
   * NaN between.
   */
  readonly validationFreq?: number;
  /**
   * Share of the training images, in [0, 1), to measure instead of to train on: those that
   * `trainValidationSplit` takes with the run's seed, of each class its share. (Keras takes the last
   * ones, of a sorted set whole classes.) Instead of `validation`; with an ImageSet only. Default 0,
   * none. Their loss is weighted by `sampleWeight`, and an augmentation that standardises standardises
   * them, too, as in Keras.
   */
  readonly validationSplit?: number;
  /** Images in a step; default 32. A flow and a dataset have their own. */
  readonly batchSize?: number;
  /** Fixes the order of the images and their augmentation; any safe integer; default 0. */
  readonly seed?: number;
  /**
   * What the loss of an image is multiplied by, at least 0: for each class, by its index (1 where it
   * is missing). With an ImageSet, or a flow of one. Weights change the loss, not the accuracy; the mean
   * over a batch divides by the number of its images. A mixed image has the weight of the image itself,
   * whatever its share. At least one image has a weight above 0. Default 1 for all.
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
  /**
   * Processes that train the model together, such as `await mpiGroup()` of `cifar-kit/mpi` gives: all call
   * this function with the same options, each computes its share of the {@link TrainingOptions.shards} and of
   * the validation data, and all end with the same model, that of process 0 at the beginning. Callbacks
   * are called, checkpoints saved and lines printed by process 0 alone. Default none.
   */
  readonly group?: Group;
  /**
   * Parts that each batch is cut into, at least 1. Each is a batch of its own for normalisation, dropout
   * and loss; then gradients, statistics, loss and metrics are averaged, in one fixed order: so the same
   * number of shards gives the same bits however many processes share them. Has to divide `batchSize`; the
   * size of a group has to divide it, into 1, 2, 4 or 8 shards and so on a process. Default 8 with a
   * group, else none: the batch stays whole.
   */
  readonly shards?: number;
}

/** Consecutive epochs over the same data, as one call of Keras's `fit` makes them. */
export interface Phase {
  /** Index of the epoch after the last one; 0 or more. */
  readonly epochs: number;
  /**
   * Index of the first epoch, at most `epochs`; default 0. Epoch 5 has the same order and the same
   * augmentation whether the run began at 0 or at 5.
   */
  readonly initialEpoch?: number;
  /**
   * Augments the images of an image set: an `ImageDataGenerator`, what `pipeline` gives, or an
   * {@link Augmenter} of your own. Default none: they are scaled by 1/255 only.
   */
  readonly augmentation?: Augmenter;
  /**
   * Whether to leave out the last, short batch of an epoch. Default: true with an augmentation, false
   * without, as in the notebook (1562 and 1563 steps). The images are shuffled anew every epoch.
   */
  readonly dropRemainder?: boolean;
  /**
   * Trains on images of another size, which costs as much less as they have fewer pixels: resized behind the
   * augmentation, bilinear and without aliasing. The pixels of the shorter side; or a list, over which they
   * grow: `[[20, 0.35], [24, 0.65]]` is 20 in the first 35 % of the phase's steps, 24 up to 65 %, then their own
   * size. Needs an ImageSet or a flow, and a network that takes images of any size, as one that ends in a
   * global pooling does; it is measured on images of their own size. Default: their own size.
   */
  readonly imageSize?: number | readonly (readonly [pixels: number, share: number])[];
}

/** Options of {@link trainPhase}. */
export interface TrainPhaseOptions extends TrainingOptions, Phase {
  /** What to learn. Each batch of a dataset is checked before its step. */
  readonly train: LabelledImages;
}

/** Options of {@link trainTwoPhase}. */
export interface TrainTwoPhaseOptions extends TrainingOptions {
  /** What to train on; an image set, since the second phase augments its images. */
  readonly train: LabelledImages;
  /** Epochs of the plain and of the augmented phase, each 0 or more; default `[10, 10]`. */
  readonly epochs?: readonly [plain: number, augmented: number];
  /**
   * Augmentation of the second phase. Default: the notebook's, shifts by up to a tenth of width and
   * height and horizontal flips.
   */
  readonly augmentation?: Augmenter;
}

/** Options of {@link train}. */
export interface TrainOptions extends TrainingOptions {
  /** What to learn. Each batch of a dataset is checked before its step. */
  readonly train: LabelledImages;
  /** What to do, one after the other, with the same optimizer going on; at least one. */
  readonly phases: readonly (Phase & {
    /** Of this phase; default one of its own, derived from that of the run. */
    readonly seed?: number;
  })[];
}

/** The readers of {@link TrainingOptions}, and of the data. */
export const trainingOptions = () => ({
  train: anything<LabelledImages>(),
  validation: anything<LabelledImages | undefined>(),
  validationFreq: integer({ min: 1, default: 1 }),
  validationSplit: number({ min: 0, max: 1, exclusiveMax: true, default: 0 }),
  batchSize: integer({ min: 1, default: 32 }),
  seed: seed(),
  classWeight: anything<TrainingOptions["classWeight"]>(),
  sampleWeight: anything<TrainingOptions["sampleWeight"]>(),
  labelSmoothing: number({ min: 0, max: 1, exclusiveMax: true, default: 0 }),
  stepsPerEpoch: integer({ min: 1, optional: true }),
  callbacks: reader({ default: [] }, (value, subject) => checkCallbacks(subject, value)),
  verbose: oneOf([0, 1, 2], { default: 1 }),
  signal: signal(),
  checkpoint: reader({ optional: true }, (value, subject) => readCheckpointOptions(subject, value)),
  resume: oneOf(["auto", "never", "must"], { default: "auto" }),
  group: anything<Group | undefined>(),
  shards: integer({ min: 1, optional: true }),
});

/** What {@link trainingOptions} give. */
export type TrainingSettings = Settled<ReturnType<typeof trainingOptions>>;

/** The readers of a {@link Phase}. */
const phaseOptions = () => ({
  epochs: integer({ min: 0 }),
  initialEpoch: integer({ min: 0, default: 0 }),
  augmentation: augmenter({ optional: true }),
  dropRemainder: boolean({ optional: true }),
  imageSize: imageSize(),
});

/** Where options go that a function that trains does not take, but its siblings do. */
export function optionsElsewhere(subject: string): Readonly<Record<string, string>> {
  if (subject !== "train") return REMEDIES;
  const remedy = "put it into phases: [{ epochs: 10 }], or call trainPhase";
  return Object.fromEntries(Object.keys(phaseOptions()).map((name) => [name, remedy]));
}

const REMEDIES = { phases: "call train, which takes phases" };

/** The readers of {@link TrainOptions}. */
export const trainOptions = () => ({
  ...trainingOptions(),
  phases: reader({}, (value, subject, name) => {
    check(
      isListOf(value, isObject) && value.length > 0,
      subject,
      `${name} to be a list of at least one { epochs, augmentation }`,
      describe(value),
      "pass e.g. [{ epochs: 10 }]",
    );
    return value.map((phase, i) =>
      readOptions(`${subject}: ${name}[${i}]`, phase as TrainOptions["phases"][number], {
        ...phaseOptions(),
        seed: integer({ optional: true }),
      }),
    );
  }),
});

/** The readers of {@link TrainPhaseOptions}. */
export const trainPhaseOptions = () => ({ ...trainingOptions(), ...phaseOptions() });

/** The readers of {@link TrainTwoPhaseOptions}. */
export const trainTwoPhaseOptions = () => ({
  ...trainingOptions(),
  augmentation: phaseOptions().augmentation,
  epochs: reader({ default: [10, 10] }, (value, subject, name): readonly [number, number] => {
    check(
      isArray(value) && value.length === 2,
      subject,
      `${name} to be [plain, augmented]`,
      describe(value),
      "pass e.g. [10, 10]",
    );
    const [plain, augmented] = value;
    checkInteger(subject, `${name}[0]`, plain, { min: 0 });
    checkInteger(subject, `${name}[1]`, augmented, { min: 0 });
    return [plain, augmented];
  }),
});

/** A phase with its seed. */
export type PhaseSettings = Settled<ReturnType<typeof phaseOptions>> & { readonly seed: number };

/** A phase with its data. */
export type RunPhase = PhaseSettings & {
  readonly feed: Feed;
  readonly validation: Feed | undefined;
};

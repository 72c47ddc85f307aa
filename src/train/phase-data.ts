import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ImageDataGenerator } from "../augment/image-data-generator.ts";
import { imageFlow } from "../augment/image-flow.ts";
import { check, checkBoolean, describe } from "../checks.ts";
import { ImageSet } from "../dataset/image-set.ts";
import { modelInternals } from "../model/internals.ts";
import { checkImageShape } from "./model-input.ts";
import type { TrainPhaseOptions } from "./train-phase.ts";
import {
  datasetData,
  flowData,
  isDataset,
  type LabelForm,
  type TrainingData,
} from "./training-data.ts";

/** What the batches of a phase are made of. */
export type PhaseDataOptions = Pick<
  TrainPhaseOptions,
  "train" | "generator" | "batchSize" | "seed" | "dropRemainder"
>;

/** The batches of a phase, checked against the model. */
export function phaseData(
  subject: string,
  model: LayersModel,
  { train, generator, batchSize = 32, seed = 0, dropRemainder }: PhaseDataOptions,
): TrainingData {
  const dropsRemainder = dropRemainder ?? generator !== undefined;
  checkBoolean(subject, "dropRemainder", dropsRemainder);
  if (isDataset(train)) {
    check(
      generator === undefined && dropRemainder === undefined,
      subject,
      "generator and dropRemainder with an ImageSet only",
      "a dataset beside them",
      "put augmentation and batching into the dataset's own pipeline",
    );
    return datasetData(subject, train);
  }
  check(
    train instanceof ImageSet,
    subject,
    "train to be an ImageSet or a tf.data.Dataset",
    describe(train),
    "pass e.g. the train part of loadCifar10()",
  );
  check(
    generator === undefined || generator instanceof ImageDataGenerator,
    subject,
    "generator to be an ImageDataGenerator",
    describe(generator),
    "pass new ImageDataGenerator({ ... })",
  );
  const least = dropsRemainder ? batchSize : 1;
  check(
    train.length >= least,
    subject,
    `at least ${least} training image${least === 1 ? "" : "s"}`,
    `${train.length}`,
    dropsRemainder
      ? "pass more images, a smaller batchSize, or dropRemainder: false"
      : "pass a set with images",
  );
  checkImageShape(subject, model, train.imageShape);
  const outputs = modelInternals(model).outputs[0].shape[1];
  check(
    outputs === train.classNames.length,
    subject,
    `a model with ${train.classNames.length} outputs, one per class of the images`,
    `${outputs ?? "an open number of"} outputs`,
    "build the model with numClasses to match",
  );
  const flow = generator
    ? generator.flow(train, { batchSize, seed })
    : imageFlow(train, { batchSize, seed, shuffle: true });
  const labels: LabelForm =
    modelInternals(model).loss === "categoricalCrossentropy"
      ? { oneHot: train.classNames.length }
      : "indices";
  return flowData(flow, { dropRemainder: dropsRemainder, labels });
}

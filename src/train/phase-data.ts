import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ImageDataGenerator } from "../augment/image-data-generator.ts";
import { imageFlow } from "../augment/image-flow.ts";
import type { Flow } from "../augment/flow.ts";
import { check, checkBoolean, checkInteger, checkNumber, describe } from "../checks.ts";
import { ImageSet } from "../dataset/image-set.ts";
import { modelInternals } from "../model/internals.ts";
import { CROSS_ENTROPIES } from "../model/loss.ts";
import { noteFlow, warnOfScalingTwice } from "./byte-like.ts";
import { checkedData } from "./checked-data.ts";
import { checkImageShape } from "./model-input.ts";
import type { TrainPhaseOptions } from "./train-phase.ts";
import { datasetData, flowData, isDataset, isFlow, type TrainingData } from "./training-data.ts";
import { usableFlow } from "./user-flow.ts";

/** What the batches of a phase are made of. */
export type PhaseDataOptions = Pick<
  TrainPhaseOptions,
  | "train"
  | "generator"
  | "batchSize"
  | "seed"
  | "dropRemainder"
  | "labelSmoothing"
  | "stepsPerEpoch"
> & {
  /** For each image what its loss is multiplied by. */
  readonly weights?: Float32Array;
};

/** The batches of a phase, checked against the model. */
export function phaseData(
  subject: string,
  model: LayersModel,
  options: PhaseDataOptions,
): TrainingData {
  const { train, generator, dropRemainder, labelSmoothing = 0, stepsPerEpoch, weights } = options;
  const dropsRemainder = dropRemainder ?? generator !== undefined;
  checkBoolean(subject, "dropRemainder", dropsRemainder);
  checkNumber(subject, "labelSmoothing", labelSmoothing, { min: 0, max: 1, exclusiveMax: true });
  if (stepsPerEpoch !== undefined) {
    checkInteger(subject, "stepsPerEpoch", stepsPerEpoch, { min: 1 });
  }
  if (isDataset(train)) {
    check(
      generator === undefined && dropRemainder === undefined && labelSmoothing === 0,
      subject,
      "generator, dropRemainder and labelSmoothing with an ImageSet only",
      "a dataset beside them",
      "put augmentation, batching and smoothed labels into the dataset's own pipeline",
    );
    const data = datasetData(subject, train, "training", stepsPerEpoch);
    return checkedData(subject, model, data, "training");
  }
  const flow = isFlow(train) ? checkedFlow(subject, train, options) : setFlow(subject, options);
  checkImageShape(subject, model, flow.imageShape);
  if (!isFlow(train) && !generator) warnOfScalingTwice(subject, model);
  const { outputs, loss } = modelInternals(model);
  const outputCount = outputs[0].shape[1];
  check(
    outputCount === flow.classNames.length,
    subject,
    `a model with ${flow.classNames.length} outputs, one per class of the images`,
    `${outputCount ?? "an open number of"} outputs`,
    "build the model with numClasses to match",
  );
  const steps = dropsRemainder ? Math.floor(flow.size / flow.batchSize) : flow.length;
  check(
    stepsPerEpoch === undefined || stepsPerEpoch <= steps,
    subject,
    `stepsPerEpoch of at most ${steps}, the batches of ${flow.size} images`,
    `${stepsPerEpoch}`,
    "take fewer steps, smaller batches, or more epochs",
  );
  // A function of the user's own gets what the stock sparse loss gets.
  const takesIndices = typeof loss !== "string" || loss === "sparseCategoricalCrossentropy";
  check(
    !labelSmoothing || CROSS_ENTROPIES.includes(loss),
    subject,
    "a model compiled with a cross-entropy, to smooth its labels",
    describe(loss),
    'compile it with loss "sparseCategoricalCrossentropy", or leave out labelSmoothing',
  );
  return flowData(flow, {
    dropRemainder: dropsRemainder,
    labels: takesIndices && labelSmoothing === 0 ? "indices" : { smoothing: labelSmoothing },
    weights,
    onFirst: (pixels) => {
      noteFlow(model, pixels);
    },
    stepsPerEpoch,
  });
}

/** The images of a set, shuffled anew every epoch. */
function setFlow(
  subject: string,
  { train, generator, batchSize = 32, seed = 0, dropRemainder }: PhaseDataOptions,
): Flow {
  check(
    train instanceof ImageSet,
    subject,
    "train to be an ImageSet, a Flow or a tf.data.Dataset",
    describe(train),
    "pass e.g. the train part of loadCifar10()",
  );
  check(
    generator === undefined || generator instanceof ImageDataGenerator,
    subject,
    "generator to be an ImageDataGenerator",
    describe(generator),
    "pass new ImageDataGenerator({ ... }); for other augmentation pass imageFlow(...) as train",
  );
  const dropsRemainder = dropRemainder ?? generator !== undefined;
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
  return generator
    ? generator.flow(train, { batchSize, seed })
    : imageFlow(train, { batchSize, seed, shuffle: true });
}

/** A user's own flow, which knows its batch size, its order and its augmentation by itself. */
function checkedFlow(
  subject: string,
  flow: Flow,
  { generator, dropRemainder = false }: PhaseDataOptions,
): Flow {
  check(
    generator === undefined,
    subject,
    "a generator with an ImageSet only",
    "a flow beside it",
    "pass the images, or the flow alone",
  );
  const usable = usableFlow(subject, flow);
  check(
    !dropRemainder || flow.size >= flow.batchSize,
    subject,
    `at least one full batch of ${flow.batchSize} images`,
    `${flow.size}`,
    "make the flow with a smaller batchSize, or pass dropRemainder: false",
  );
  return usable;
}

import { tensor1d, tensor2d, tensor4d, type Tensor } from "@tensorflow/tfjs-core";
import { checkedFlow } from "../../augment/checked-flow.ts";
import type { Batch as FlowBatch, Flow } from "../../augment/flow.ts";
import { imageFlow } from "../../augment/image-flow.ts";
import { check, describe } from "../../checks.ts";
import { checkImageSet } from "../../dataset/check-image-set.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import { modelInternals } from "../../model/internals.ts";
import { CROSS_ENTROPIES } from "../../model/loss.ts";
import { expectFloatsOf, warnOfScalingTwice } from "./byte-like.ts";
import type { ModelCall, Feed, FeedUse, TrainingUse } from "./feed.ts";
import { flowIdentity, sampleOf } from "./identity.ts";
import { checkClasses, checkLabelOrder, checkNames, warnOfOtherNames } from "./model-classes.ts";
import { checkInputShape } from "./model-input.ts";
import { standardized } from "./standardized.ts";

/**
 * A flow, which knows its batch size, its order and its augmentation by itself.
 * @param classes that the model has to tell apart.
 */
export function flowFeed(call: ModelCall, given: Flow, use: FeedUse, classes?: number): Feed {
  const { subject, model } = call;
  const flow = checkedFlow(subject, given);
  checkInputShape(subject, model, flow.imageShape);
  if (use.purpose === "evaluation") {
    checkClasses(subject, model, classes ?? flow.classNames.length);
  }
  if (use.purpose !== "prediction") checkLabelOrder(subject, model, flow.classNames);
  if (use.purpose === "training") checkNames(subject, model, flow.classNames);
  if (use.purpose === "evaluation") warnOfOtherNames(subject, model, flow.classNames);
  const steps = use.purpose === "training" ? checkedSteps(call, flow, use) : flow.length;
  const { weights } = { ...use } as Partial<TrainingUse>;
  const [height, width, channels] = flow.imageShape;
  const resized =
    use.purpose === "training" && use.imageSize
      ? use.resizing?.(call, use.imageSize, flow.imageShape, use.epochs * steps)
      : undefined;
  const tensorOf = ({ xs, size }: FlowBatch, step: number): Tensor =>
    resized?.resize(xs, size, step) ?? tensor4d(xs, [size, height, width, channels]);
  return {
    steps,
    imageSizes: resized?.changes,
    samplesIn: (count) => Math.min(count * flow.batchSize, flow.size),
    classNames: flow.classNames,
    ...(flow.needs && { needs: (epoch, step) => flow.needs!(epoch, step) }),
    identity: async (hashOf) => ({ data: await flowIdentity(flow, hashOf), augmentation: null }),
    *epoch(index, from = 0) {
      for (let step = from; step < steps; step++) {
        const batch = flow.batch(index, step);
        const { xs, size } = batch;
        if (step === from && use.purpose === "training") expectFloatsOf(model, xs);
        yield {
          xs: tensorOf(batch, index * steps + step),
          ys: labelTensor(batch, flow.classNames.length),
          ...(weights && { weights: tensor1d(weightsOf(subject, batch, weights)) }),
          size,
        };
      }
    },
  };
}

/** Batches in an epoch of training; throws unless they fit the model and the options. */
function checkedSteps({ subject, model }: ModelCall, flow: Flow, use: TrainingUse): number {
  const { augmentation, dropRemainder = false, labelSmoothing, stepsPerEpoch } = use;
  check(
    augmentation === undefined,
    subject,
    "augmentation with an ImageSet only",
    "a flow beside it",
    "pass the images, or the flow alone",
  );
  check(
    !dropRemainder || flow.size >= flow.batchSize,
    subject,
    `at least one full batch of ${flow.batchSize} images`,
    `${flow.size}`,
    "make the flow with a smaller batchSize",
  );
  const classes = flow.classNames.length;
  const outputs = modelInternals(model).outputs[0].shape[1];
  check(
    outputs === classes,
    subject,
    `a model with ${classes} outputs, one per class of the images`,
    `${outputs ?? "an open number of"} outputs`,
    "build the model with numClasses to match",
  );
  const steps = dropRemainder ? Math.floor(flow.size / flow.batchSize) : flow.length;
  check(
    stepsPerEpoch === undefined || stepsPerEpoch <= steps,
    subject,
    `stepsPerEpoch of at most ${steps}, the batches of ${flow.size} images`,
    `${stepsPerEpoch}`,
    "take fewer steps, smaller batches, or more epochs",
  );
  const { loss } = modelInternals(model);
  check(
    labelSmoothing === 0 || CROSS_ENTROPIES.includes(loss),
    subject,
    "a model compiled with a cross-entropy, to smooth its labels",
    describe(loss),
    'compile it with loss "sparseCategoricalCrossentropy", or leave out labelSmoothing',
  );
  return stepsPerEpoch ?? steps;
}

/** The weights of a batch's images. */
function weightsOf(
  subject: string,
  { indices = new Int32Array(), size }: Partial<FlowBatch>,
  weights: Float32Array,
): Float32Array {
  const found = Float32Array.from(indices, (i) => weights[i] ?? NaN);
  const stray = found.findIndex(Number.isNaN);
  check(
    found.length === size && stray === -1,
    subject,
    `the indices of ${size} images of the set in each batch of the flow, for their weights`,
    indices.length === size
      ? `${indices[stray]}, of a set of ${weights.length}`
      : describe(indices),
    "give for each image its index in the set, or leave the weights out",
  );
  return found;
}

/** Labels as class indices, or of mixed images as rows of probabilities. */
function labelTensor({ ys, targets, size }: FlowBatch, classes: number): Tensor {
  if (targets) return tensor2d(targets, [size, classes]);
  // As floats, which is what functions of users expect; losses make integers of them.
  return tensor1d(Float32Array.from(ys), "float32");
}

/** An image set: to train on in a new order every epoch, augmented if asked, else as it stands. */
export function setFeed(call: ModelCall, set: ImageSet, use: FeedUse): Feed {
  const { subject } = call;
  if (use.purpose === "training") return trainingFeed(call, set, use);
  checkImageSet(subject, set);
  warnOfScalingTwice(subject, call.model);
  let classes = 0;
  for (const label of set.labels) classes = Math.max(classes, label + 1);
  const flow = imageFlow(set, { batchSize: use.batchSize, shuffle: false });
  const augmentation = use.purpose === "evaluation" ? use.augmentation : undefined;
  return flowFeed(call, augmentation ? standardized(flow, set, augmentation) : flow, use, classes);
}

function trainingFeed(call: ModelCall, set: ImageSet, use: TrainingUse): Feed {
  const { subject } = call;
  const { augmentation, batchSize, seed, dropRemainder = augmentation !== undefined } = use;
  const least = dropRemainder ? batchSize : 1;
  check(
    set.length >= least,
    subject,
    `at least ${least} training image${least === 1 ? "" : "s"}`,
    `${set.length}`,
    dropRemainder ? "pass more images or a smaller batchSize" : "pass a set with images",
  );
  if (!augmentation) warnOfScalingTwice(subject, call.model);
  const options = { batchSize, seed };
  const flow = (augmentation ?? { flow: imageFlow }).flow(set, options);
  const { size = set.length, set: source = set } = (flow as Partial<Flow> | null) ?? {};
  check(
    size === set.length && (!use.weights || source === set),
    subject,
    `an augmentation of all ${set.length} images`,
    `${size} of another set`,
    "have it take the set that it is given",
  );
  return {
    ...flowFeed(call, flow, { ...use, augmentation: undefined, dropRemainder }),
    identity: async (hashOf) => ({
      data: await hashOf(set),
      augmentation: augmentation
        ? await sampleOf(augmentation.flow(set, { shuffle: false, seed }))
        : null,
    }),
  };
}

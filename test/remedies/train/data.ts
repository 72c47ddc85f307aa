import * as tf from "@tensorflow/tfjs-core";
import { array } from "@tensorflow/tfjs-data";
import * as kit from "cifar-kit";
import { pooledModel, tinyModel } from "../../helpers/tiny.ts";
import type { Trials } from "../trial.ts";
import { flow, generator, piped, pipeline, set, train, twoPhase } from "./runs.ts";

const { classNames } = set;
const named = (): ReturnType<typeof tinyModel> => tinyModel({ for: set });
/** Knows other classes. */
const foreign = (): ReturnType<typeof tinyModel> => tinyModel({ classNames: ["a", "b", "c"] });
/** Images of some of the classes only. */
const some = set.withClasses(classNames.slice(1));
const turned = set.withClasses([...classNames].reverse());
/** A run whose augmenter does not say which images a batch holds. */
const unindexed = (options: object): Promise<unknown> => {
  const augmentation: kit.Augmenter = { flow: () => flow({}, () => ({ indices: undefined })) };
  return train({ augmentation, batchSize: 4, ...options });
};
/** Augmenters of the images that they get, of others, and one that standardises. */
const ofGiven: kit.Augmenter = { flow: (images, options) => kit.imageFlow(images, options) };
const ofOthers: kit.Augmenter = {
  flow: (images, options) => kit.imageFlow(images.take(8), options),
};
const scaling = (standardize: (image: Float32Array) => Float32Array): kit.Augmenter => ({
  ...ofGiven,
  standardize,
});
const cut = { batchSize: 4, validationSplit: 0.25 };
const weights = (value: number): number[] => new Array<number>(set.length).fill(value);
/** A pipeline that may be repeated. */
interface Repeatable {
  repeat(): Repeatable;
  take(count: number): unknown;
}

export const trials: Trials = {
  "leave imageSize out, or have the network end in a global pooling, not in a flatten layer": [
    () => train({ imageSize: 6 }),
    async () => {
      await train();
      await train({ imageSize: 6 }, pooledModel());
    },
  ],
  "pass e.g. 24, or [[20, 0.35], [24, 0.65]]": [
    () => train({ imageSize: 0 }, pooledModel()),
    async () => {
      await train({ imageSize: 24 }, pooledModel());
      await train(
        {
          imageSize: [
            [20, 0.35],
            [24, 0.65],
          ],
        },
        pooledModel(),
      );
    },
  ],
  "cut it with .take(batches){}": [
    () => train({ train: (pipeline() as Repeatable).repeat() }),
    async () => {
      await train({ train: (pipeline() as Repeatable).repeat().take(2) });
      await train({ train: (pipeline() as Repeatable).repeat(), stepsPerEpoch: 2 });
    },
  ],
  "correct sampleWeight in the pipeline; the batch has changed nothing": [
    () => piped({ sampleWeight: tf.fill([12], -1) }),
    () => piped({ sampleWeight: tf.ones([12]) }),
  ],
  "correct the labels in the pipeline; the batch has changed nothing": [
    () => piped({ ys: tf.fill([12], NaN) }),
    () => piped(),
  ],
  "correct the labels, or build the model with numClasses to match; the batch has changed nothing":
    [
      () => piped({ ys: tf.fill([12], 3) }),
      async () => {
        await piped();
        await train({ train: pipeline({ ys: tf.fill([12], 3) }) }, tinyModel({ numClasses: 4 }));
      },
    ],
  "give class indices, or a row of probabilities for each image": [
    () => piped({ ys: tf.ones([12, 2]) }),
    async () => {
      await piped();
      await piped({ ys: tf.oneHot(tf.ones([12], "int32"), 3) });
    },
  ],
  "give one-hot rows or mixtures of them; the batch has changed nothing": [
    () => piped({ ys: tf.ones([12, 3]) }),
    () => piped({ ys: tf.fill([12, 3], 1 / 3) }),
  ],
  "look for a division by 0 in the pipeline; the batch has changed nothing": [
    () => piped({ xs: tf.div(tf.ones([12, 8, 8, 3]), 0) }),
    () => piped(),
  ],
  "resize or reshape the images in the pipeline, or build the model with their shape": [
    () => piped({ xs: tf.ones([12, 4, 4, 3]) }),
    async () => {
      await piped();
      const small = tinyModel({ inputShape: [4, 4, 3] });
      await train({ train: pipeline({ xs: tf.ones([12, 4, 4, 3]) }) }, small);
    },
  ],
  "make the flow with a smaller batchSize": [
    () => train({ train: kit.imageFlow(set, { batchSize: 20 }), dropRemainder: true }),
    () => train({ train: kit.imageFlow(set, { batchSize: 5 }), dropRemainder: true }),
  ],
  "leave empty batches out: dataset.filter(({ xs }) => xs.shape[0] > 0)": [
    () => piped({ xs: tf.ones([0, 8, 8, 3]), ys: tf.ones([0]) }),
    () => piped(),
  ],
  "have it take the set that it is given": [
    () => train({ augmentation: ofOthers, batchSize: 4 }),
    () => train({ augmentation: ofGiven, batchSize: 4 }),
  ],
  "weigh what is to be learned": [
    () => train({ sampleWeight: weights(0) }),
    () => train({ sampleWeight: weights(1) }),
  ],
  "return all values of the image": [
    () => train({ augmentation: scaling((image) => image.slice(1)), ...cut }),
    () => train({ augmentation: scaling((image) => image), ...cut }),
  ],
  "pass smaller ones: their mean should be about 1": [
    () => train({ sampleWeight: weights(1e300) }),
    () => train({ sampleWeight: weights(1) }),
  ],
  "give for each image its index in the set, or leave the weights out": [
    () => unindexed({ sampleWeight: weights(1) }),
    async () => {
      await unindexed({});
      await train({
        augmentation: { flow: kit.imageFlow },
        batchSize: 4,
        sampleWeight: weights(1),
      });
    },
  ],
  "pass the images, with augmentation beside them": [
    () => train({ train: kit.imageFlow(set), validationSplit: 0.5 }),
    () => train({ augmentation: generator, batchSize: 4, validationSplit: 0.5 }),
  ],
  "pass the images, or the flow alone": [
    () => train({ train: flow(), augmentation: generator }),
    async () => {
      await train({ train: flow() });
      await train({ augmentation: generator, batchSize: 4 });
    },
  ],
  "put augmentation, batching, sizes and smoothed labels into the dataset's own pipeline": [
    () => piped({}, { augmentation: generator }),
    () => piped(),
  ],
  "take fewer steps, smaller batches, or more epochs": [
    () => train({ stepsPerEpoch: 5 }),
    async () => {
      await train({ stepsPerEpoch: 1 });
      await train({ stepsPerEpoch: 5, batchSize: 2 });
    },
  ],
  "pass the flow itself as train to trainPhase, which learns from the mixed labels": [
    () => kit.toDataset(kit.pipeline({ mix: kit.mixup() }).flow(set)).toArray(),
    () => train({ train: kit.pipeline({ mix: kit.mixup() }).flow(set) }),
  ],
  "pass them to flow() instead": [
    () => kit.toDataset(generator.flow(set), { batchSize: 2 }),
    () => kit.toDataset(generator.flow(set, { batchSize: 2 })),
  ],
  "pass one, or call trainPhase with a dataset twice": [
    () => twoPhase({ train: pipeline() }),
    async () => {
      const model = tinyModel();
      await train({ train: pipeline() }, model);
      await train({ train: pipeline() }, model);
    },
  ],
  "map its elements to that form and call .batch(batchSize)": [
    () => train({ train: array([1, 2]) }),
    () =>
      train({
        train: array([0, 1, 2])
          .map((label) => ({ xs: tf.ones([8, 8, 3]), ys: tf.scalar(label as number) }))
          .batch(3),
      }),
  ],
  "pass data": [() => train({ train: array([]) }), () => piped()],
  "pass an ImageSet; a dataset may have weights of its own, { xs, ys, sampleWeight }": [
    () => train({ train: pipeline(), classWeight: { 0: 2 } }),
    async () => {
      await train({ classWeight: { 0: 2 } });
      await piped({ sampleWeight: tf.ones([12]) });
    },
  ],
  "number the images as the model does: new ImageSet({ ...set, classNames, labels: Int32Array.from(set.labels, (label) => classNames.indexOf(set.classNames[label])) }) with classNames = classNamesOf(model)":
    [
      () => train({ train: some }, named()),
      () => {
        const model = named();
        const classNames = kit.classNamesOf(model)!;
        const labels = Int32Array.from(some.labels, (label) =>
          classNames.indexOf(some.classNames[label]),
        );
        // The advice's own line, spread included.
        // eslint-disable-next-line @typescript-eslint/no-misused-spread
        return train({ train: new kit.ImageSet({ ...some, classNames, labels }) }, model);
      },
    ],
  "put the classes into the model's order: set.withClasses(classNamesOf(model))": [
    () => train({ train: turned }, named()),
    () => {
      const model = named();
      return train({ train: turned.withClasses(kit.classNamesOf(model)!) }, model);
    },
  ],
  "replaceHead(model, { classNames }), or say that they are the same classes by other names: model.setUserDefinedMetadata({ classNames })":
    [
      () => train({}, foreign()),
      async () => {
        const { classNames } = set;
        await train({}, kit.replaceHead(foreign(), { classNames }));
        const model = foreign();
        model.setUserDefinedMetadata({ classNames });
        await train({}, model);
      },
    ],
};

import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import * as kit from "cifar-kit";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";
import { MEMORY, type Trials, type Untried, wrong } from "../trial.ts";
import { dense, heavy, set, train, twoPhase } from "./runs.ts";

const { labels } = set;
function uncompiled(): LayersModel {
  return tinyModel({ compile: false });
}
function frozen(isFrozen: boolean): LayersModel {
  const model = tinyModel();
  for (const layer of model.layers) layer.trainable = !isFrozen;
  return model;
}
function compiledWith(loss: (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor | null): LayersModel {
  const model = uncompiled();
  model.compile({ optimizer: kit.adam(), loss: wrong(loss) });
  return model;
}
/** A loss that reads labels as indices of three classes. */
function ofIndices(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
  const rows = tf.oneHot(tf.cast(tf.reshape(yTrue, [yTrue.size]), "int32"), 3);
  return tf.mean(tf.squaredDifference(rows, yPred), 1);
}
const mixed = { augmentation: kit.pipeline({ mix: kit.mixup() }), batchSize: 4 };
function disposedInside(): Promise<unknown> {
  const model = tinyModel();
  return kit.trainPhase(model, {
    ...{ train: set, verbose: 0, epochs: 2, batchSize: 4 },
    callbacks: [
      {
        onBatchBegin: (batch) => {
          if (batch === 1) model.dispose();
        },
      },
    ],
  });
}

export const trials: Trials = {
  "pass one of these, e.g. a part of loadCifar10()": [
    () => train({ train: "cifar10" }),
    () => train({ train: set.take(6) }),
  ],
  "pass a part of it, such as .train": [
    () => train({ train: { train: set, test: set } }),
    () => train({ train: set }),
  ],
  "put it into phases: [{ epochs: 10 }], or call trainPhase": [
    () => kit.train(tinyModel(), wrong({ train: set, verbose: 0, epochs: 1 })),
    async () => {
      await kit.train(tinyModel(), { train: set, verbose: 0, phases: [{ epochs: 1 }] });
      await kit.trainPhase(tinyModel(), { train: set, verbose: 0, epochs: 1 });
    },
  ],
  "call train, which takes phases": [
    () => kit.trainPhase(tinyModel(), wrong({ train: set, verbose: 0, phases: [{ epochs: 1 }] })),
    () => kit.train(tinyModel(), { train: set, verbose: 0, phases: [{ epochs: 1 }] }),
  ],
  "pass e.g. [{ epochs: 10 }]": [
    () => kit.train(tinyModel(), { train: set, verbose: 0, phases: [] }),
    () => kit.train(tinyModel(), { train: set, verbose: 0, phases: [{ epochs: 10 }] }),
  ],
  "pass more images or another validationSplit": [
    () => train({ train: set.take(1), validationSplit: 0.5 }),
    async () => {
      await train({ validationSplit: 0.5 });
      await train({ validationSplit: 0.25 });
    },
  ],
  "build the model with this inputShape, or resize the images": [
    () => train({}, tinyModel({ inputShape: [4, 4, 3] })),
    () => train({}, tinyModel({ inputShape: [8, 8, 3] })),
  ],
  "call model.compile({ optimizer, loss, metrics }) first, or build it with compile: true": [
    () => train({}, uncompiled()),
    async () => {
      const model = uncompiled();
      const loss = "sparseCategoricalCrossentropy";
      model.compile({ optimizer: kit.adam(), loss, metrics: ["accuracy"] });
      await train({}, model);
      await train({}, tinyModel({ compile: true }));
    },
  ],
  "lower the learning rate, and go back to an earlier state of the model: its weights are no longer numbers":
    [() => train({ sampleWeight: heavy }), () => train()],
  "build the model with numClasses to match": [
    () => train({}, tinyModel({ numClasses: 4 })),
    () => train({}, tinyModel({ numClasses: 3 })),
  ],
  'compile it with loss "sparseCategoricalCrossentropy", or leave out labelSmoothing': [
    () => train({ labelSmoothing: 0.1 }, dense("softmax", "meanSquaredError")),
    async () => {
      await train({ labelSmoothing: 0.1 }, dense("softmax", "sparseCategoricalCrossentropy"));
      await train({}, dense("softmax", "meanSquaredError"));
    },
  ],
  "pass more images or a smaller batchSize": [
    () => train({ batchSize: 20, dropRemainder: true }),
    async () => {
      await train({ train: tinyImages(20), batchSize: 20, dropRemainder: true });
      await train({ batchSize: 6, dropRemainder: true });
      await kit.findLearningRate(tinyModel(), { train: set, batchSize: 6, steps: 2 });
    },
  ],
  "do that when the promise has settled; a signal ends a run early": [
    () => disposedInside(),
    async () => {
      const model = tinyModel();
      await train({}, model);
      model.dispose();
    },
  ],
  "set trainable = true on some of its layers": [
    () => train({}, frozen(true)),
    () => train({}, frozen(false)),
  ],
  "return one number for each sample, computed by operations of TensorFlow.js": [
    () =>
      train(
        {},
        compiledWith(() => null),
      ),
    () =>
      train(
        {},
        compiledWith((_, yPred) => tf.mean(tf.square(yPred), 1)),
      ),
  ],
  "have it take labels [batch, classes], or leave out the mixing": [
    () => train(mixed, compiledWith(ofIndices)),
    async () => {
      await train({}, compiledWith(ofIndices));
      await train(
        mixed,
        compiledWith((yTrue, yPred) => tf.mean(tf.squaredDifference(yTrue, yPred), 1)),
      );
    },
  ],
  "compute it from what the model gives, by operations that have gradients": [
    () =>
      train(
        {},
        compiledWith((_, yPred) => tf.mean(tf.greater(yPred, 0.5), 1)),
      ),
    () =>
      train(
        {},
        compiledWith((_, yPred) => tf.mean(tf.relu(tf.sub(yPred, 0.5)), 1)),
      ),
  ],
  "pass e.g. [10, 10]": [() => twoPhase({ epochs: 10 }), () => twoPhase({ epochs: [1, 0] })],
  "leave one of them out": [
    () => train({ validation: set, validationSplit: 0.5 }),
    async () => {
      await train({ validation: set });
      await train({ validationSplit: 0.5 });
    },
  ],
  "pass a Float32Array with one weight per image": [
    () => train({ sampleWeight: 2 }),
    () => train({ sampleWeight: new Float32Array(12).fill(1) }),
  ],
  "pass one for each image, in the order of the set": [
    () => train({ sampleWeight: [1] }),
    () => train({ sampleWeight: Array.from(labels, () => 1) }),
  ],
  "pass { classIndex: weight }": [
    () => train({ classWeight: { red: 2 } }),
    () => train({ classWeight: { 0: 2 } }),
  ],
  "pass { classIndex: weight }; of a Map make one with Object.fromEntries": [
    () => train({ classWeight: new Map([[0, 2]]) }),
    () => train({ classWeight: Object.fromEntries(new Map([[0, 2]])) }),
  ],
};

export const untried: Untried = {
  "choose a smaller batchSize": MEMORY,
};

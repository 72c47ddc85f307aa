import * as tf from "@tensorflow/tfjs-core";
import { array } from "@tensorflow/tfjs-data";
import {
  input,
  type LayersModel,
  layers,
  model as functional,
  sequential,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import * as kit from "cifar-kit";
import { tinyModel } from "../../helpers/tiny.ts";
import { MEMORY, type Trials, type Untried, wrong } from "../trial.ts";
import { compiled, dense, generator, pipeline, set } from "./runs.ts";

const { images } = set;
const picture = { data: new Uint8Array(48), width: 4, height: 4, channels: 3 } as const;
function broken(): LayersModel {
  const model = tinyModel();
  model.setWeights(model.getWeights().map((weight) => tf.fill(weight.shape, NaN)));
  return model;
}
const twoChannels = (): LayersModel =>
  sequential({
    layers: [
      layers.flatten({ inputShape: [2, 2, 2] }),
      layers.dense({ units: 3, activation: "softmax" }),
    ],
  });
const logits = (): LayersModel =>
  sequential({ layers: [layers.flatten({ inputShape: [8, 8, 3] }), layers.dense({ units: 3 })] });
function twoEnds(ends: 1 | 2): LayersModel {
  const image = input({ shape: [8, 8, 3] });
  const flat = layers.flatten().apply(image) as SymbolicTensor;
  const outputs = Array.from(
    { length: ends },
    () => layers.dense({ units: 3, activation: "softmax" }).apply(flat) as SymbolicTensor,
  );
  return functional({ inputs: image, outputs });
}

/** Test-time augmentation by an augmenter of one's own. */
const views = (flow: kit.Augmenter["flow"]): Promise<unknown> =>
  kit.predict(tinyModel(), set, { testTimeAugmentation: { augmentation: { flow } } });
const plain: kit.Augmenter["flow"] = (images, options) => kit.imageFlow(images, options);

export const trials: Trials = {
  "have the augmenter go by the options that its flow gets": [
    () => views((images) => kit.imageFlow(images, { shuffle: false })),
    () => views(plain),
  ],
  "have its flow go by shuffle: false": [
    () => views((images) => kit.imageFlow(images, { batchSize: 1 })),
    () => views(plain),
  ],
  "leave mix out of its pipeline": [
    () => views((...flow) => kit.pipeline({ mix: kit.mixup() }).flow(...flow)),
    () => views((...flow) => kit.pipeline().flow(...flow)),
  ],
  "make it fit with resizeImage": [
    () => kit.predict(tinyModel(), picture),
    () => kit.predict(tinyModel(), kit.resizeImage(picture, [8, 8, 3])),
  ],
  "scale them to [0, 1] and pass floats": [
    () => kit.predict(tinyModel(), tf.fill([1, 8, 8, 3], 1000, "int32")),
    () => kit.predict(tinyModel(), tf.div(tf.fill([1, 8, 8, 3], 1000, "int32"), 1000)),
  ],
  "pass the bytes themselves": [
    () => kit.predict(twoChannels(), { data: new Uint8Array(16), width: 2, height: 2 }),
    () => kit.predict(twoChannels(), new Uint8Array(8)),
  ],
  "build the model with numClasses to match the data": [
    () => kit.evaluate(tinyModel({ numClasses: 2 }), set),
    () => kit.evaluate(tinyModel({ numClasses: 3 }), set),
  ],
  "end the model in a softmax": [
    () => kit.evaluate(dense("linear"), set),
    () => kit.evaluate(dense("softmax"), set),
  ],
  "its weights or the pixels contain NaN: go back to an earlier state of the model": [
    () => kit.evaluate(broken(), set),
    () => kit.evaluate(tinyModel(), set),
  ],
  "pass a classifier, whose last layer is dense with a softmax": [
    () =>
      kit.evaluate(
        compiled(
          [layers.conv2d({ filters: 3, kernelSize: 1, inputShape: [8, 8, 3] })],
          "meanSquaredError",
        ),
        set,
      ),
    () => kit.evaluate(dense("softmax"), set),
  ],
  "pass a set with images": [
    () => kit.trainPhase(tinyModel(), { train: set.take(0), epochs: 1, verbose: 0 }),
    () => kit.trainPhase(tinyModel(), { train: set.take(1), epochs: 1, verbose: 0 }),
  ],
  "pass data with images": [
    () => kit.evaluate(tinyModel(), array([])),
    () => kit.evaluate(tinyModel(), pipeline()),
  ],
  "pass one of these": [
    () => kit.predict(tinyModel(), set, { testTimeAugmentation: wrong("mirror") }),
    async () => {
      await kit.predict(tinyModel(), set, { testTimeAugmentation: "flip" });
      await kit.predict(tinyModel(), set, { testTimeAugmentation: "none" });
    },
  ],
  'end the model with softmax, or take testTimeAugmentation: "flip"': [
    () => kit.predict(logits(), set, { testTimeAugmentation: "six" }),
    async () => {
      await kit.predict(logits(), set, { testTimeAugmentation: "flip" });
      await kit.predict(tinyModel(), set, { testTimeAugmentation: "six" });
    },
  ],
  "find out where it comes from: a division by 0, or memory that was never filled": [
    () => kit.predict(tinyModel(), new Float32Array(192).fill(NaN)),
    () => kit.predict(tinyModel(), new Float32Array(192)),
  ],
  "pass all values of each image": [
    () => kit.predict(tinyModel(), images.subarray(1)),
    () => kit.predict(tinyModel(), images),
  ],
  "pass such a model": [() => kit.predict(twoEnds(2), set), () => kit.predict(twoEnds(1), set)],
  "pass such a tensor; tf.expandDims makes a batch of one image": [
    () => kit.predict(tinyModel(), tf.ones([8, 8, 3])),
    () => kit.predict(tinyModel(), tf.expandDims(tf.ones([8, 8, 3]))),
  ],
  "its weights contain NaN: go back to an earlier state of the model": [
    () => kit.predict(broken(), set),
    () => kit.predict(tinyModel(), set),
  ],
  'pass one, or testTimeAugmentation: "flip"': [
    () => kit.predict(tinyModel(), images, { testTimeAugmentation: { augmentation: generator } }),
    async () => {
      await kit.predict(tinyModel(), set, {
        testTimeAugmentation: { augmentation: generator, views: 1 },
      });
      await kit.predict(tinyModel(), images, { testTimeAugmentation: "flip" });
    },
  ],
};

export const untried: Untried = {
  "pass fewer images at a time": MEMORY,
  "pass a classifier":
    "needs a model whose outputs change their number: its shape is asked before, and tried above",
};

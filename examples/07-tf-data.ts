/** Trains a network of one's own on a tf.data pipeline of one's own. */
import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { loadCifar10, toDataset, trainPhase, withKerasLayers } from "cifar-kit";
import { cifar10Source } from "cifar-kit/node";
import { chooseBackend } from "./choose-backend.ts";

await chooseBackend();
const { train, test } = await loadCifar10(cifar10Source());

// Any stages of tf.data may stand here: map, filter, prefetch, zip, ...
const pipeline = toDataset(train.take(5_000), { batchSize: 50, shuffle: true, seed: 1 })
  .map(({ xs, ys }) => ({ xs: tf.sub(xs, 0.5), ys }))
  .prefetch(2);
const validation = toDataset(test.take(1_000), { batchSize: 100 }).map(({ xs, ys }) => ({
  xs: tf.sub(xs, 0.5),
  ys,
}));

const model = withKerasLayers(
  sequential({
    layers: [
      layers.conv2d({
        filters: 16,
        kernelSize: 3,
        strides: 2,
        activation: "relu",
        inputShape: [32, 32, 3],
      }),
      // 200 steps are too few for moving averages of the default momentum, 0.99.
      layers.batchNormalization({ momentum: 0.9 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  }),
);
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });

await trainPhase(model, { train: pipeline, validation, epochs: 2 });

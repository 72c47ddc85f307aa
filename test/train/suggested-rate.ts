/** Whether a learning rate that is suggested for a network is one with which it learns. */
import { type Optimizer, train as optimizers } from "@tensorflow/tfjs-core";
import { initializers, layers, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import { adam, adamW, findLearningRate, trainPhase, withKerasLayers } from "cifar-kit";
import { expect } from "vitest";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

type Layer = LayersModel["layers"][number];
type Build = (learningRate: number, seed: number) => LayersModel;

const glorot = (seed: number) => initializers.glorotUniform({ seed });
const softmax = (seed: number) =>
  layers.dense({ units: 3, activation: "softmax", kernelInitializer: glorot(seed) });
const conv = (filters: number, seed: number) =>
  layers.conv2d({
    inputShape: [8, 8, 3],
    filters,
    kernelSize: 3,
    activation: "relu",
    kernelInitializer: glorot(seed + 10),
  });
const flatten = () => layers.flatten({ inputShape: [8, 8, 3] });
const stacked = (optimizer: Optimizer, ...parts: Layer[]): LayersModel => {
  const model = withKerasLayers(sequential({ layers: parts }));
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
  return model;
};
/** By their names, with a learning rate and a seed. */
export const NETWORKS: Record<string, Build> = {
  "the notebook's with Adam": (learningRate, seed) => tinyModel({ learningRate, seed }),
  "a linear one with Adam": (learningRate, seed) =>
    stacked(adam({ learningRate }), flatten(), softmax(seed)),
  "a hidden layer with AdamW": (learningRate, seed) => {
    const hidden = layers.dense({
      units: 16,
      activation: "relu",
      kernelInitializer: glorot(seed + 20),
    });
    return stacked(adamW({ learningRate }), flatten(), hidden, softmax(seed));
  },
  "a convolution with RMSprop": (learningRate, seed) =>
    stacked(
      optimizers.rmsprop(learningRate),
      conv(4, seed),
      layers.globalAveragePooling2d({ name: `pooling_${seed}` }),
      softmax(seed),
    ),
  "a convolution with plain SGD": (learningRate, seed) =>
    stacked(optimizers.sgd(learningRate), conv(8, seed), layers.flatten(), softmax(seed)),
};

export async function expectToLearn(build: Build, seed: number): Promise<void> {
  const train = tinyImages(120);
  const probe = build(0.001, seed);
  const { suggestion } = await findLearningRate(probe, { train, batchSize: 8, seed });
  probe.dispose();
  const model = build(suggestion!, seed);
  const options = { train, epochs: 5, batchSize: 8, seed, verbose: 0 } as const;
  const { loss } = await trainPhase(model, options);
  model.dispose();
  // A guess has the loss ln 3 = 1.1.
  expect(loss[4]).toBeLessThan(0.8);
  expect(loss[4]).toBeLessThan(0.8 * loss[0]);
}

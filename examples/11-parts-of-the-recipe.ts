/**
 * Single parts of the fast recipe in a network of one's own: a first layer that whitens, filters that begin
 * by passing on, and Muon. Beside it the whole recipe: buildFastModel and trainFast.
 */
import { initializers, layers, sequential } from "@tensorflow/tfjs-layers";
import {
  channelStatistics,
  evaluate,
  identityFilters,
  loadCifar10,
  muon,
  normalization,
  trainPhase,
  whitening,
} from "cifar-kit";
import { cifar10Source } from "cifar-kit/node";
import { chooseBackend } from "./choose-backend.ts";

await chooseBackend();
const data = await loadCifar10(cifar10Source());
const [train, test] = [data.train.take(6000), data.test.take(2000)];

const statistics = channelStatistics(train);
const model = sequential({
  layers: [
    layers.inputLayer({ inputShape: [...train.imageShape] }),
    normalization(statistics),
    layers.conv2d({
      ...{ name: "whitening", filters: 24, kernelSize: 2, activation: "relu", trainable: false },
      kernelInitializer: whitening(train, { normalized: statistics }),
    }),
    layers.conv2d({
      ...{ name: "conv", filters: 32, kernelSize: 3, padding: "same", useBias: false },
      kernelInitializer: identityFilters({ seed: 1 }),
    }),
    layers.batchNormalization({ momentum: 0.6 }),
    layers.reLU(),
    layers.globalAveragePooling2d({}),
    layers.dense({
      ...{ name: "head", units: 10, activation: "softmax" },
      kernelInitializer: initializers.glorotUniform({ seed: 1 }),
    }),
  ],
});
const optimizer = muon({
  learningRate: 0.02,
  groups: [{ weights: /^head/, rule: "sgd", learningRate: 0.1 }],
});
model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
await trainPhase(model, { train, epochs: 2, batchSize: 100, seed: 1 });
const { accuracy } = await evaluate(model, test);
console.log(`${(100 * accuracy).toFixed(1)} % of ${test.length} test images`);

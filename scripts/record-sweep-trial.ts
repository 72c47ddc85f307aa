// A trial of record-sweep.ts: 9 epochs on 5,000 training images, measured on 5,000 others that are no test images.

import * as tf from "@tensorflow/tfjs-core";
import { buildCifarModel, loadCifar10, trainPhase, trainValidationSplit } from "../src/index.ts";
import { cifar10Source } from "../src/node/index.ts";
import { registerSimdBackend } from "../src/simd/index.ts";
import { defineTrial } from "../src/study/index.ts";

export const [EPOCHS, IMAGES, BATCH] = [9, 5000, 64];

export default defineTrial<{ learningRate: number; dropoutRate: number }>(
  async ({ params: { learningRate, dropoutRate }, seed, signal, checkpoint, report }) => {
    await registerSimdBackend({ threads: 1 });
    await tf.setBackend("simd");
    const data = await loadCifar10(cifar10Source(), { split: "train" });
    const { train, validation } = trainValidationSplit(data.train, { fraction: 0.1, seed: 1 });
    const model = buildCifarModel({
      ...{ for: train, filters: [8, 16, 32], denseUnits: 64, batchNormMomentum: 0.9 },
      ...{ learningRate, dropoutRate, seed },
    });
    const { valAccuracy } = await trainPhase(model, {
      ...{ train: train.take(IMAGES), validation, epochs: EPOCHS, batchSize: BATCH, seed },
      ...{ verbose: 0, signal, checkpoint, callbacks: [report] },
    });
    return valAccuracy.at(-1);
  },
);

import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { adam, cosineDecay, sgd, trainPhase } from "cifar-kit";
import { plainModel } from "../../src/browser/worker/plain-model.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

/** What `model.save` gives its handler, the weights joined. */
async function saved(model: LayersModel, includeOptimizer: boolean): Promise<object> {
  let given: tf.io.ModelArtifacts = {};
  const handler = tf.io.withSaveHandler((artifacts) => {
    given = artifacts;
    return Promise.resolve({ modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) });
  });
  await model.save(handler, { includeOptimizer });
  return comparable(given);
}

/** What is read of it: not who wrote it. */
function comparable(artifacts: tf.io.ModelArtifacts): object {
  const { weightData, modelTopology, trainingConfig, weightSpecs, userDefinedMetadata } = artifacts;
  const bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
  const topology = JSON.stringify(modelTopology);
  return { topology, trainingConfig, weightSpecs, userDefinedMetadata, bytes };
}

beforeAll(() => useBackend("cpu"));

describe("a model that a message carries", () => {
  it.each<[string, () => tf.Optimizer]>([
    [
      "adam, with a schedule",
      () => adam({ learningRate: cosineDecay({ initialLearningRate: 1e-3 }) }),
    ],
    ["sgd, between two updates", () => sgd({ momentum: 0.9, gradientAccumulationSteps: 2 })],
    ["TensorFlow.js's Adam", () => tf.train.adam()],
    ["TensorFlow.js's Momentum", () => tf.train.momentum(0.1, 0.9)],
  ])("is what model.save gives, trained by %s", async (_, optimizer) => {
    const model = tinyModel({ seed: 1 });
    model.setUserDefinedMetadata({ by: "me" });
    model.compile({
      optimizer: optimizer(),
      loss: "categoricalCrossentropy",
      metrics: ["accuracy"],
    });
    await trainPhase(model, { train: tinyImages(24), epochs: 1, batchSize: 8, verbose: 0 });
    for (const isTraining of [false, true]) {
      const before = tf.memory().numTensors;
      const plain = await plainModel(model, isTraining);
      expect(tf.memory().numTensors).toBe(before);
      expect(comparable(plain)).toEqual(await saved(model, isTraining));
    }
    model.dispose();
  });
});

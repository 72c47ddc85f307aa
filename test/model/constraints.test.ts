/** Constraints of weights hold after each step, and change nothing that is loaded. */
import * as tf from "@tensorflow/tfjs-core";
import { constraints, layers, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { loadModel, loadWeights, saveWeights, sgd } from "cifar-kit";
import { artifactsOf } from "../helpers/artifacts.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages } from "../helpers/tiny.ts";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";
import { savedRun } from "../train/checkpoint/saved-run.ts";

beforeAll(() => useBackend("cpu"));

const train = tinyImages(24);

function compiled(optimizer: tf.Optimizer): LayersModel {
  const kernelConstraint = constraints.unitNorm({ axis: 0 });
  const dense = layers.dense({ name: "head", units: 3, activation: "softmax", kernelConstraint });
  const model = sequential({ layers: [layers.flatten({ inputShape: [8, 8, 3] }), dense] });
  const kernel = tf.reshape(tf.linspace(-1, 1, 576), [192, 3]);
  dense.setWeights([kernel, tf.zeros([3])]);
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
  return model;
}

const kernelOf = (model: LayersModel): number[] => [...model.getWeights()[0].dataSync()];
const normsOf = (model: LayersModel): number[] =>
  tf.tidy(() => [...tf.norm(model.getWeights()[0], 2, 0).dataSync()]);

const run = (model: LayersModel, store?: MemoryStore, crashIn?: number): Promise<unknown> =>
  savedRun(model, train, store, crashIn);

describe("a weight with a constraint", () => {
  it.each<[string, () => tf.Optimizer]>([
    ["of this library", () => sgd({ learningRate: 0.3 })],
    ["of TensorFlow.js", () => tf.train.sgd(0.3)],
  ])("is held to it by each step, with an optimizer %s", async (_, make) => {
    const model = compiled(make());
    const before = kernelOf(model);
    await run(model);
    expect(kernelOf(model)).not.toEqual(before);
    for (const norm of normsOf(model)) expect(norm).toBeCloseTo(1, 5);
    await model.trainOnBatch(tf.ones([2, 8, 8, 3]), tf.tensor1d([0, 1]));
    for (const norm of normsOf(model)) expect(norm).toBeCloseTo(1, 5);
  });

  it("comes back from a checkpoint and from files with the same bits", async () => {
    const straight = compiled(sgd({ learningRate: 0.3 }));
    await run(straight);
    const store = new MemoryStore();
    await expect(run(compiled(sgd({ learningRate: 0.3 })), store, 4)).rejects.toThrow("crash");
    const resumed = compiled(sgd({ learningRate: 0.3 }));
    await run(resumed, store);
    expect(kernelOf(resumed)).toEqual(kernelOf(straight));
    const loaded = await loadModel(tf.io.fromMemory(await artifactsOf(straight)));
    expect(kernelOf(loaded)).toEqual(kernelOf(straight));
    const other = compiled(sgd());
    await loadWeights(other, await saveWeights(straight));
    expect(kernelOf(other)).toEqual(kernelOf(straight));
  });
});

import * as tf from "@tensorflow/tfjs-core";
import { layers, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { replaceHead, trainPhase, unfreeze, withKerasLayers } from "cifar-kit";
import { trainedWeights } from "../../src/model/trainable.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

beforeAll(() => useBackend("wasm"));

const set = tinyImages(24);
const epoch = (model: LayersModel) => trainPhase(model, { train: set, epochs: 1, verbose: 0 });
const frozen = (): LayersModel => replaceHead(tinyModel(), { classNames: set.classNames, seed: 1 });
const trainable = (model: LayersModel): string[] =>
  model.layers.filter((layer) => layer.trainable).map(({ name }) => name);
const rateOf = ({ optimizer }: LayersModel): unknown =>
  (optimizer as unknown as { learningRate: number }).learningRate;

/** What the optimizer keeps for each weight. */
async function stateOf({ optimizer }: LayersModel): Promise<Map<string, Float32Array>> {
  const weights = await optimizer.getWeights();
  return new Map(
    weights.map(({ name, tensor }) => [name, tensor.dataSync().slice() as Float32Array]),
  );
}

describe("unfreeze", () => {
  it("lets all layers learn, and those that learned go on with their state", async () => {
    const model = frozen();
    await epoch(model);
    const before = await stateOf(model);
    const { optimizer } = model;
    unfreeze(model, { learningRate: 1e-4 });
    expect(model.optimizer).toBe(optimizer);
    expect(rateOf(model)).toBe(1e-4);
    await epoch(model);
    const after = await stateOf(model);
    expect(before.get("iter")![0]).toBe(1);
    expect(after.get("iter")![0]).toBe(2);
    expect(trainedWeights(model).length).toBe(20);
    expect(after.size).toBeGreaterThan(before.size);
    model.dispose();
  });

  it("leaves the steps of the others as they are, to the bit", async () => {
    const build = (): LayersModel => {
      const model = sequential({
        layers: [
          layers.flatten({ inputShape: [8, 8, 3] }),
          // A ReLU that is never positive: no gradient reaches this layer.
          layers.dense({ name: "dead", units: 4, activation: "relu" }),
          layers.dense({ name: "head", units: 3, activation: "softmax" }),
        ],
      });
      model.setWeights([
        tf.zeros([192, 4]),
        tf.fill([4], -1),
        tf.zeros([4, 3]),
        tf.tensor1d([0.1, 0.2, 0.3]),
      ]);
      return model;
    };
    const weights = async (freezeFirst: boolean): Promise<number[][]> => {
      const model = withKerasLayers(build());
      if (freezeFirst) model.getLayer("dead").trainable = false;
      model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
      await epoch(model);
      if (freezeFirst) unfreeze(model, { layers: ["dead"] });
      await epoch(model);
      return model.getWeights().map((weight) => Array.from(weight.dataSync()));
    };
    expect(await weights(true)).toEqual(await weights(false));
  });

  it("takes a number of last layers, names or a regular expression", () => {
    const choose = (chosen: number | readonly string[] | RegExp): string[] => {
      const model = frozen();
      unfreeze(model, { layers: chosen });
      return trainable(model);
    };
    expect(choose(3)).toEqual(["dense", "dropout_1", "dense_1"]);
    expect(choose(["dense"])).toEqual(["dense", "dense_1"]);
    expect(choose(/^conv2d_[23]$/g)).toEqual(["conv2d_2", "conv2d_3", "dense_1"]);
  });

  it("reaches layers of a model inside the model", () => {
    const base = sequential({
      layers: [
        layers.conv2d({ name: "far", filters: 2, kernelSize: 3, inputShape: [8, 8, 3] }),
        layers.conv2d({ name: "near", filters: 2, kernelSize: 3 }),
      ],
    });
    const whole = sequential({ layers: [base, layers.flatten(), layers.dense({ units: 3 })] });
    const model = replaceHead(whole, { classNames: set.classNames });
    expect(trainedWeights(model).length).toBe(2);
    unfreeze(model, { layers: ["near"] });
    expect(trainedWeights(model).map(({ originalName }) => originalName)).toEqual(
      expect.arrayContaining(["near/kernel", "near/bias"]),
    );
    expect(trainedWeights(model).length).toBe(4);
  });

  it("is heard by TensorFlow.js's own fit", async () => {
    const model = frozen();
    unfreeze(model);
    const [before] = model.getWeights().map((weight) => weight.dataSync());
    await model.fit(tf.ones([6, 8, 8, 3]), tf.tensor1d([0, 1, 2, 0, 1, 2]));
    expect(model.getWeights()[0].dataSync()).not.toEqual(before);
  });

  it.each([
    ["momentum", () => tf.train.momentum(0.1, 0.9)],
    ["adam", () => tf.train.adam(0.01)],
    ["adamax", () => tf.train.adamax(0.01)],
    ["rmsprop", () => tf.train.rmsprop(0.01, 0.9, 0.5)],
    ["adagrad", () => tf.train.adagrad(0.01)],
    ["adadelta", () => tf.train.adadelta(0.01)],
  ])("moves the state of TensorFlow.js's own %s at once, for its own fit", async (_, make) => {
    const { numTensors } = tf.memory();
    const [x, y] = [tf.ones([6, 8, 8, 3]), tf.tensor1d([0, 1, 2, 0, 1, 2])];
    const model = replaceHead(tinyModel(), { classNames: set.classNames, optimizer: make() });
    await model.fit(x, y);
    // Of other shapes, and before the head in the order of the layers.
    unfreeze(model, { layers: ["dense"] });
    const before = model.getLayer("dense").getWeights()[0].dataSync();
    await model.fit(x, y);
    await epoch(model);
    expect(model.getLayer("dense").getWeights()[0].dataSync()).not.toEqual(before);
    model.dispose();
    tf.dispose([x, y]);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it("is refused for layers that are not there, and leaves the model as it was", () => {
    const model = frozen();
    const refused = (options: object, message: RegExp): void => {
      expect(() => {
        unfreeze(model, { learningRate: 1, ...options });
      }).toThrow(message);
    };
    refused({ layers: ["dense", "dens"] }, /layers out of input_1, conv2d, .*, got "dens"/);
    refused({ layers: /^pool/ }, /layers out of input_1, .*, got \/\^pool\//);
    refused({ layers: 100 }, /layers to be a whole number in \[1, 16\], got 100/);
    refused({ layers: true }, /a number of last layers, a list of names or a regular expression/);
    refused({ layers: [] }, /a number of last layers/);
    refused({ learningRate: 0 }, /learningRate to be a finite number above 0/);
    expect([trainable(model), rateOf(model)]).toEqual([["dense_1"], 0.001]);
    expect(() => {
      unfreeze(tinyModel({ compile: false }));
    }).toThrow(/unfreeze: expected a compiled model/);
  });
});

import * as tf from "@tensorflow/tfjs-core";
import {
  input,
  layers,
  type LayersModel,
  model as functional,
  regularizers,
  sequential,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import {
  adam,
  classNamesOf,
  evaluate,
  ImageSet,
  loadModel,
  loadWeights,
  predict,
  replaceHead,
  saveWeights,
  trainPhase,
  unfreeze,
} from "cifar-kit";
import { artifactsOf } from "../helpers/artifacts.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

beforeAll(() => useBackend("wasm"));

const set = tinyImages(48);
const NEW = ["cat", "dog"];
const { images, labels, imageShape } = set.withClasses(["red", "blue"]);
const pets = new ImageSet({ images, labels, imageShape, classNames: NEW });
const QUIET = { verbose: 0 } as const;

const trained = async (model: LayersModel): Promise<LayersModel> => {
  await trainPhase(model, { train: set, epochs: 1, ...QUIET });
  return model;
};

/** Classifiers of three classes for 8 x 8 images that end in a Dense layer in different ways. */
const CLASSIFIERS: Readonly<Record<string, () => LayersModel>> = {
  "the notebook's network": () => tinyModel(),
  "a Sequential": () =>
    sequential({
      layers: [
        layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 3] }),
        layers.batchNormalization({}),
        layers.globalAveragePooling2d({}),
        layers.dropout({ rate: 0.5, seed: 1 }),
        layers.dense({ units: 3, activation: "softmax" }),
      ],
    }),
  "an activation behind the Dense layer": () =>
    sequential({
      layers: [
        layers.flatten({ inputShape: [8, 8, 3] }),
        layers.dense({ units: 3, useBias: false }),
        layers.activation({ activation: "softmax" }),
      ],
    }),
  "a softmax layer": () =>
    sequential({
      layers: [
        layers.flatten({ inputShape: [8, 8, 3] }),
        layers.dense({ units: 3 }),
        layers.softmax(),
      ],
    }),
  "a model inside, and a branch": () => {
    const base = sequential({
      layers: [layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 3] })],
    });
    const image = input({ shape: [8, 8, 3] });
    const inner = layers.flatten().apply(base.apply(image)) as SymbolicTensor;
    const branch = layers.flatten().apply(image) as SymbolicTensor;
    const joined = layers.concatenate().apply([inner, branch]) as SymbolicTensor;
    const outputs = layers.dense({ units: 3, activation: "softmax" }).apply(joined);
    return functional({ inputs: image, outputs: outputs as SymbolicTensor });
  },
};

describe.each(Object.entries(CLASSIFIERS))("replaceHead of %s", (_, build) => {
  it("keeps all other weights, trains the new head only, and leaves no tensor behind", async () => {
    const { numTensors } = tf.memory();
    const base = build();
    base.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    await trained(base);
    const weights = new Map(base.weights.map((weight) => [weight, weight.read().dataSync()]));

    const model = replaceHead(base, { classNames: NEW, seed: 3 });
    expect(model.outputs.map(({ shape }) => shape)).toEqual([[null, 2]]);
    const head = model.layers.at(-1)!;
    const others = model.weights.filter((weight) => !head.weights.includes(weight));
    expect(others.length).toBe(weights.size - head.weights.length);
    const { probabilities } = await predict(model, set.take(1));
    expect(probabilities[0] + probabilities[1]).toBeCloseTo(1, 6);

    const fresh = head.weights.map((weight) => weight.read().dataSync());
    await trainPhase(model, { train: pets, epochs: 2, ...QUIET });
    for (const weight of others) expect(weight.read().dataSync()).toEqual(weights.get(weight));
    expect(head.weights.map((weight) => weight.read().dataSync())).not.toEqual(fresh);
    model.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

describe("the new head", () => {
  it("starts as in Keras, from its seed, with the name and settings of the old one", () => {
    const build = (): LayersModel =>
      sequential({
        layers: [
          layers.flatten({ inputShape: [8, 8, 3] }),
          layers.dense({ units: 3, name: "head", kernelRegularizer: regularizers.l2({ l2: 0.1 }) }),
        ],
      });
    const kernelOf = (seed?: number): Float32Array => {
      const model = replaceHead(build(), { classNames: NEW, seed });
      expect(model.layers.at(-1)!.getConfig()).toMatchObject({
        name: "head",
        activation: "softmax",
        kernelRegularizer: { config: { l2: 0.1 } },
      });
      const [kernel, bias] = model.layers.at(-1)!.getWeights();
      expect(Array.from(bias.dataSync())).toEqual([0, 0]);
      return kernel.dataSync() as Float32Array;
    };
    const kernel = kernelOf(0);
    const largest = kernel.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const limit = Math.sqrt(6 / (192 + 2));
    expect(largest).toBeLessThanOrEqual(limit * (1 + 1e-5));
    expect(largest).toBeGreaterThan(limit * 0.95);
    expect(kernelOf()).toEqual(kernel);
    expect(kernelOf(1)).not.toEqual(kernel);
  });

  it("keeps the weights of the classes that it knew by name, if asked to", async () => {
    const base = await trained(tinyModel({ for: set, seed: 1 }));
    const [kernel, bias] = base.layers
      .at(-1)!
      .getWeights()
      .map((w) => w.arraySync());
    const { probabilities: before } = await predict(base, set);
    const grown = ["green", "black", "red", "blue"];
    const model = replaceHead(base, { classNames: grown, keepRows: true, seed: 2 });
    const [newKernel, newBias] = model.layers
      .at(-1)!
      .getWeights()
      .map((w) => w.arraySync());
    (newKernel as number[][]).forEach((row, i) => {
      const [red, green, blue] = (kernel as number[][])[i];
      expect([row[0], row[2], row[3]]).toEqual([green, red, blue]);
      expect(row[1]).not.toBe(0);
    });
    const [red, green, blue] = bias as number[];
    expect(newBias).toEqual([green, 0, red, blue]);
    // Among the classes that it knew it decides as before.
    const { probabilities: after } = await predict(model, set);
    for (let i = 0; i < set.length; i++) {
      expect(after[4 * i] / after[4 * i + 2]).toBeCloseTo(before[3 * i + 1] / before[3 * i], 4);
    }
    model.dispose();
  });

  it("learns beside the other layers without freeze", () => {
    const base = tinyModel();
    base.layers[1].trainable = false;
    const model = replaceHead(base, { classNames: NEW, freeze: false, optimizer: "sgd" });
    const frozen = model.layers.filter(({ trainable }) => !trainable);
    expect(frozen.map(({ name }) => name)).toEqual(["input_1", "conv2d"]);
    expect(model.optimizer.getConfig().cifarKit).toMatchObject({ optimizer: "sgd" });
    model.dispose();
  });

  it("is saved and loaded as any other, into a network built anew, too", async () => {
    const model = replaceHead(tinyModel(), { classNames: NEW, seed: 1 });
    await trainPhase(model, { train: pets, epochs: 1, ...QUIET });
    const { probabilities } = await predict(model, set);
    const loaded = await loadModel(tf.io.fromMemory(await artifactsOf(model)));
    const built = tinyModel({ numClasses: 2, seed: 5 });
    await loadWeights(built, await saveWeights(model));
    for (const other of [loaded, built]) {
      expect(classNamesOf(other)).toEqual(NEW);
      expect((await predict(other, set)).probabilities).toEqual(probabilities);
    }
  });
});

describe("the model whose head was replaced", () => {
  it("is used up: it cannot be used or disposed, and the new one does not depend on it", async () => {
    const base = tinyModel();
    base.setUserDefinedMetadata({ mine: 1 });
    const model = replaceHead(base, { classNames: NEW });
    await expect(predict(base, set)).rejects.toThrow(/live model, got one that has been disposed/);
    expect(() => replaceHead(base, { classNames: NEW })).toThrow(/replaceHead: expected a live/);
    expect(() => base.dispose()).toThrow(/already disposed/);
    expect(model.getUserDefinedMetadata()).toEqual({ mine: 1, classNames: NEW });
    expect((await predict(model, set)).classNames).toEqual(NEW);
    // Once more: a model with a new head has a head.
    expect(replaceHead(model, { classNames: ["a", "b", "c"] }).outputs[0].shape).toEqual([null, 3]);
  });

  it("keeps an optimizer that was its user's", async () => {
    const base = tinyModel({ compile: false });
    const optimizer = tf.train.adam(0.01);
    base.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
    await trained(base);
    replaceHead(base, { classNames: NEW }).dispose();
    const [, moment] = await optimizer.getWeights();
    expect(moment.tensor.isDisposed).toBe(false);
  });

  it("is as it was, and nothing is left, if the head cannot be replaced", async () => {
    const base = tinyModel({ for: set });
    const { numTensors } = tf.memory();
    const refused = (model: LayersModel, options: object, message: RegExp): void => {
      expect(() => replaceHead(model, { classNames: NEW, ...options })).toThrow(message);
    };
    refused(base, { classNames: ["a"] }, /classNames to be a list of two different names or more/);
    refused(base, { classNames: ["a", "a"] }, /two different names/);
    refused(base, { freeze: 1 }, /freeze to be true or false/);
    refused(base, { keepRows: true }, /some of the model's, .*: red, green, blue, got cat, dog/);
    refused(base, { classNames: [...NEW, "red"], keepRow: true }, /did you mean keepRows/);
    base.getLayer("conv2d").trainable = false;
    const learning = base.trainableWeights.length;
    refused(
      base,
      { optimizer: adam({ groups: [{ weights: /^head/ }] }) },
      /groups\[0\] to take some/,
    );
    expect(base.trainableWeights.length).toBe(learning);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect((await evaluate(base, set)).classNames).toEqual(set.classNames);
    refused(tinyModel(), { keepRows: true }, /a model that knows its class names/);
    refused({} as LayersModel, {}, /expected a tf.LayersModel/);
  });

  it("is refused while it is being trained, as unfreezing is", async () => {
    const base = tinyModel();
    const run = trainPhase(base, { train: set, epochs: 1, ...QUIET });
    const refused = /expected a model that is not being trained/;
    expect(() => replaceHead(base, { classNames: NEW })).toThrow(refused);
    expect(() => {
      unfreeze(base);
    }).toThrow(refused);
    await run;
    unfreeze(base);
  });

  it("is refused by name if it does not end in a Dense layer", () => {
    const image = input({ shape: [8, 8, 3] });
    const convolution = layers.conv2d({ name: "conv", filters: 3, kernelSize: 8 }).apply(image);
    const pooled = layers.globalAveragePooling2d({ name: "pool" }).apply(convolution);
    const perPixel = layers.dense({ name: "pixels", units: 3 }).apply(image);
    const inner = functional({ inputs: image, outputs: pooled as SymbolicTensor, name: "inner" });
    const nested = inner.apply(input({ shape: [8, 8, 3] })) as SymbolicTensor;
    const classes = layers.dense({ units: 3 }).apply(pooled) as SymbolicTensor;
    const dropped = layers.dropout({ name: "drop", rate: 0.5 }).apply(classes);
    const dense = layers.dense({ name: "twice", units: 3 });
    const twice = dense.apply(dense.apply(pooled)) as SymbolicTensor;
    const cases: [SymbolicTensor | SymbolicTensor[], RegExp][] = [
      [convolution as SymbolicTensor, /got conv, a Conv2D that gives \[any, 1, 1, 3\]; give it/],
      [pooled as SymbolicTensor, /got pool, a GlobalAveragePooling2D that gives \[any, 3\]/],
      [perPixel as SymbolicTensor, /got pixels, a Dense that gives \[any, 8, 8, 3\]/],
      [nested, /got inner, a Model that gives/],
      [dropped as SymbolicTensor, /got drop, a Dropout/],
      [twice, /got twice, a Dense that gives \[any, 3\] and is called more than once/],
      [[classes, pooled as SymbolicTensor], /got 2 outputs/],
    ];
    for (const [outputs, message] of cases) {
      const first = Array.isArray(outputs) ? outputs[0] : outputs;
      const inputs = first === nested ? nested.sourceLayer.inboundNodes[1].inputTensors : image;
      const model = functional({ inputs, outputs });
      expect(() => replaceHead(model, { classNames: NEW })).toThrow(message);
    }
  });
});

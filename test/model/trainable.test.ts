/** What is frozen stands still, in whatever it is nested; as Keras 3.15 has it. */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { adam, loadModel, sgd, trainPhase, withKerasLayers } from "cifar-kit";
import { artifactsOf } from "../helpers/artifacts.ts";
import { useBackend } from "../helpers/backends.ts";
import { expectClose } from "../helpers/close.ts";
import { tinyImages } from "../helpers/tiny.ts";

const { layers: L } = tfl;
const train = tinyImages(16);

beforeAll(() => useBackend("cpu"));

type Apply = { apply(x: unknown): unknown };
const applied = (layer: Apply, x: unknown): tfl.SymbolicTensor =>
  layer.apply(x) as tfl.SymbolicTensor;

/** Two layers with weights and statistics: what is going to be frozen. */
const parts = (): tfl.layers.Layer[] => [
  L.conv2d({ filters: 2, kernelSize: 3, strides: 4, padding: "same" }),
  L.batchNormalization(),
];
const sequential = (shape = [8, 8, 3]): tfl.Sequential => {
  const [conv, norm] = parts();
  return tfl.sequential({
    layers: [L.activation({ activation: "linear", inputShape: shape }), conv, norm],
  });
};
const functional = (): tfl.LayersModel => {
  const image = tfl.input({ shape: [8, 8, 3] });
  return tfl.model({ inputs: image, outputs: parts().reduce((x, l) => applied(l, x), image) });
};
const wrap = (inner: tfl.LayersModel): tfl.LayersModel => {
  const image = tfl.input({ shape: [8, 8, 3] });
  return tfl.model({ inputs: image, outputs: applied(inner, image) });
};

const head = (): tfl.layers.Layer[] => [L.flatten(), L.dense({ units: 3, activation: "softmax" })];
const IN: Record<string, (base: tfl.LayersModel) => tfl.LayersModel> = {
  "a Sequential": (base) => tfl.sequential({ layers: [base, ...head()] }),
  "a Sequential, behind a layer": (base) =>
    tfl.sequential({
      layers: [L.activation({ activation: "linear", inputShape: [8, 8, 3] }), base, ...head()],
    }),
  "a functional model": (base) => {
    const image = tfl.input({ shape: [8, 8, 3] });
    return tfl.model({
      inputs: image,
      outputs: head().reduce((x, l) => applied(l, x), applied(base, image)),
    });
  },
  "a model that goes on from its outputs": (base) =>
    tfl.model({
      inputs: base.inputs,
      outputs: head().reduce((x, l) => applied(l, x), base.outputs[0]),
    }),
  "a functional model, twice": (base) => {
    const image = tfl.input({ shape: [8, 8, 3] });
    const x = L.add().apply([applied(base, image), applied(base, image)]);
    return tfl.model({
      inputs: image,
      outputs: head().reduce((y, l) => applied(l, y), x as tfl.SymbolicTensor),
    });
  },
};
const BASES: Record<string, () => tfl.LayersModel> = {
  "a Sequential": sequential,
  "a functional model": functional,
  "a model in a model": () => wrap(functional()),
  "a Sequential in a model in a model": () => wrap(wrap(sequential())),
};

const compile = (
  model: tfl.LayersModel,
  optimizer: tf.Optimizer = sgd({ learningRate: 0.5 }),
): void => {
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
};
const fit = (model: tfl.LayersModel, epochs = 1, initialEpoch = 0): Promise<unknown> =>
  trainPhase(model, { train, epochs, initialEpoch, batchSize: 8, verbose: 0 });
const valuesOf = (model: { getWeights(): tf.Tensor[] }): number[][] =>
  model.getWeights().map((w) => [...w.dataSync()]);
const moved = (model: { getWeights(): tf.Tensor[] }, before: number[][]): number =>
  valuesOf(model).filter((now, i) => now.some((value, j) => value !== before[i][j])).length;

describe.each(Object.keys(IN))("a frozen model in %s", (place) => {
  // A model around a model that is no layer of the trained one leaves no trace in TensorFlow.js,
  // unless this library knew it before it was frozen.
  const needsUpgrade = place === "a model that goes on from its outputs";

  it.each(Object.keys(BASES))("stands still and can be thawed: %s", async (kind) => {
    const base = BASES[kind]();
    if (needsUpgrade && kind.includes("in a model")) withKerasLayers(base);
    base.trainable = false;
    const model = IN[place](base);
    compile(model);
    const frozen = valuesOf(base);
    const whole = valuesOf(model);
    await fit(model);
    expect(moved(base, frozen)).toBe(0);
    expect(moved(model, whole)).toBe(2);

    // Saved and loaded it is as frozen as before.
    const loaded = await loadModel(tf.io.fromMemory(await artifactsOf(model)));
    const all = valuesOf(loaded);
    await fit(loaded);
    expect(moved(loaded, all)).toBe(2);

    base.trainable = true;
    compile(model);
    await fit(model, 2, 1);
    expect(moved(base, frozen)).toBe(6);
  });

  it("is frozen as well when it is frozen after compiling, with a state from before", async () => {
    const base = functional();
    const model = IN[place](base);
    compile(model, adam({ learningRate: 0.1 }));
    await fit(model);
    base.trainable = false;
    const frozen = valuesOf(base);
    await fit(model, 2, 1);
    expect(moved(base, frozen)).toBe(0);
    base.trainable = true;
    await fit(model, 3, 2);
    expect(moved(base, frozen)).toBe(6);
  });
});

describe("a layer in a frozen model", () => {
  it("trains if it was set trainable afterwards, and only that", async () => {
    const base = withKerasLayers(wrap(functional()));
    base.trainable = false;
    const [, conv] = (base.layers[1] as unknown as tfl.LayersModel).layers;
    conv.trainable = true;
    const model = IN["a functional model"](base);
    compile(model);
    const before = valuesOf(base);
    await fit(model);
    // Kernel and bias; neither gamma and beta nor the statistics.
    expect(moved(base, before)).toBe(2);
    expect(moved(conv, before.slice(0, 2))).toBe(2);
  });

  it.each(Object.keys(IN))(
    "also if this library meets the model only then, in %s",
    async (place) => {
      const base = functional();
      const model = IN[place](base);
      // Building a Sequential model makes all trainable: nobody could tell afterwards.
      compile(model);
      base.trainable = false;
      const [, conv] = base.layers;
      conv.trainable = true;
      const before = valuesOf(base);
      await fit(model);
      expect(moved(base, before)).toBe(2);
      expect(moved(conv, before.slice(0, 2))).toBe(2);
    },
  );
});

describe("a layer in a frozen model that this library knew before", () => {
  it.each(
    Object.keys(IN).flatMap((place) =>
      ["a Sequential", "a functional model"].map((kind) => [kind, place] as const),
    ),
  )("trains if it was set trainable before it was used: %s in %s", async (kind, place) => {
    const base = withKerasLayers(BASES[kind]());
    const [, conv] = base.layers;
    base.trainable = false;
    conv.trainable = true;
    const model = IN[place](base);
    compile(model);
    const before = valuesOf(base);
    await fit(model);
    expect(moved(base, before)).toBe(2);
    expect(moved(conv, before.slice(0, 2))).toBe(2);
  });
});

describe("a layer in a frozen wrapper", () => {
  it("trains if it was set trainable afterwards, and only that", async () => {
    const recurrentInitializer = "glorotNormal";
    const wrapper = L.bidirectional({
      layer: L.simpleRNN({ units: 2, recurrentInitializer }),
      mergeMode: "concat",
    });
    wrapper.trainable = false;
    const { forwardLayer } = wrapper as unknown as { forwardLayer: tfl.layers.Layer };
    forwardLayer.trainable = true;
    const reshape = L.reshape({ targetShape: [8, 24], inputShape: [8, 8, 3] });
    const model = tfl.sequential({ layers: [reshape, wrapper, head()[1]] });
    compile(model);
    const before = valuesOf(wrapper);
    await fit(model);
    expect(moved(wrapper, before)).toBe(3);
    expect(moved(forwardLayer, before.slice(0, 3))).toBe(3);
  });
});

describe("frozen batch normalization", () => {
  it.each([
    {},
    { center: false },
    { scale: false },
    { center: false, scale: false },
    { axis: 1 },
    { axis: 1, scale: false },
  ])("keeps its statistics, %o", async (options) => {
    const norm = L.batchNormalization({ inputShape: [8, 8, 3], ...options });
    norm.trainable = false;
    const model = tfl.sequential({ layers: [norm, ...head()] });
    compile(model);
    const before = valuesOf(norm);
    await fit(model);
    expect(moved(norm, before)).toBe(0);
    norm.trainable = true;
    await fit(model);
    expect(moved(norm, before)).toBe(before.length);
  });

  it("keeps them inside TimeDistributed", async () => {
    const inner = L.batchNormalization();
    const wrapper = L.timeDistributed({ layer: inner, inputShape: [8, 8, 3] });
    const model = tfl.sequential({ layers: [wrapper, ...head()] });
    wrapper.trainable = false;
    compile(model);
    const before = valuesOf(inner);
    await fit(model);
    expect(moved(inner, before)).toBe(0);
    wrapper.trainable = true;
    await fit(model);
    expect(moved(inner, before)).toBe(4);
  });
});

it("a frozen Bidirectional stands still, also when it was saved and loaded", async () => {
  const wrapper = L.bidirectional({
    layer: L.simpleRNN({ units: 2, recurrentInitializer: "glorotNormal" }),
    mergeMode: "concat",
  });
  const model = tfl.sequential({
    layers: [
      L.reshape({ targetShape: [8, 24], inputShape: [8, 8, 3] }),
      wrapper,
      ...head().slice(1),
    ],
  });
  wrapper.trainable = false;
  compile(model);
  const before = valuesOf(wrapper);
  await fit(model);
  expect(moved(wrapper, before)).toBe(0);
  const loaded = await loadModel(tf.io.fromMemory(await artifactsOf(model)));
  await fit(loaded);
  expect(moved(loaded.layers[1], before)).toBe(0);
});

it("a layer of both a model and a model inside it moves by one update a step", async () => {
  const shared = L.dense({ units: 4, kernelInitializer: "ones" });
  const inner = (): tfl.LayersModel => {
    const x = tfl.input({ shape: [4] });
    return tfl.model({ inputs: x, outputs: applied(shared, x) });
  };
  const image = tfl.input({ shape: [8, 8, 3] });
  const flat = applied(L.dense({ units: 4 }), applied(L.flatten(), image));
  const twice = applied(inner(), applied(shared, flat));
  const model = tfl.model({ inputs: image, outputs: applied(head()[1], twice) });
  const rate = 2 ** -10;
  compile(model, sgd({ learningRate: rate }));
  await fit(model, 1);
  const optimizer = model.optimizer as unknown as { readState(): Promise<unknown[]> };
  const { collectedTrainableWeights } = model as unknown as {
    collectedTrainableWeights: unknown[];
  };
  expect(collectedTrainableWeights).toHaveLength(6);
  expect(await optimizer.readState()).toHaveLength(1);
});

describe("an optimizer of TensorFlow.js whose weights are frozen and thawed", () => {
  it.each<[string, () => tf.Optimizer]>([
    ["momentum", () => tf.train.momentum(0.1, 0.9)],
    ["rmsprop", () => tf.train.rmsprop(0.01, 0.9, 0.5)],
    ["adam", () => tf.train.adam(0.01)],
    ["adagrad", () => tf.train.adagrad(0.1)],
  ])("hands no state to another weight: %s", async (_, make) => {
    const dense = (name: string): tfl.layers.Layer => L.dense({ units: 3, name, useBias: false });
    const model = tfl.sequential({
      layers: [
        L.flatten({ inputShape: [8, 8, 3] }),
        dense(`first_${_}`),
        dense(`second_${_}`),
        L.dense({ units: 3, activation: "softmax", name: `third_${_}`, useBias: false }),
      ],
    });
    compile(model, make());
    await fit(model);
    const stateOf = async (name: string): Promise<number[][]> =>
      (await model.optimizer.getWeights())
        .filter((w) => w.name.startsWith(name))
        .map(({ tensor }) => [...tensor.dataSync()]);
    const before = await stateOf("second");
    expect(before.length).toBeGreaterThan(0);
    model.layers[1].trainable = false;
    await trainPhase(model, { train, epochs: 0, verbose: 0 });
    await fit(model);
    expect(await stateOf("first")).toEqual([]);
    expect((await stateOf("second")).map((w) => w.length)).toEqual(before.map((w) => w.length));
    model.layers[1].trainable = true;
    await fit(model);
    expect((await stateOf("first")).length).toBe(before.length);
  });

  it.each<[string, () => tf.Optimizer]>([
    ["momentum", () => tf.train.momentum(0.1, 0.9)],
    ["adam", () => tf.train.adam(0.01)],
    ["our momentum", () => sgd({ learningRate: 0.1, momentum: 0.9 })],
  ])("goes on in a loaded model as in the one that was saved: %s", async (_, make) => {
    const norm = L.batchNormalization({ inputShape: [8, 8, 3] });
    const model = tfl.sequential({ layers: [norm, ...head()] });
    norm.trainable = false;
    compile(model, make());
    await fit(model);
    // In one process its variables get other names.
    const loaded = await loadModel(tf.io.fromMemory(await artifactsOf(model)));
    for (const each of [model, loaded]) {
      await fit(each, 2, 1);
      each.layers[0].trainable = true;
      await fit(each, 4, 2);
    }
    // TensorFlow.js computes the running products of Adam anew when it loads them.
    expectClose(valuesOf(loaded).flat(), valuesOf(model).flat(), { rtol: 1e-4, atol: 1e-6 });
  });
});

it("a file of our momentum goes on where plain TensorFlow.js loaded it", async () => {
  const model = tfl.sequential({ layers: [L.flatten({ inputShape: [8, 8, 3] }), head()[1]] });
  compile(model, sgd({ learningRate: 0.1, momentum: 0.9 }));
  await fit(model);
  const loaded = await tfl.loadLayersModel(tf.io.fromMemory(await artifactsOf(model)));
  await fit(model, 2, 1);
  await fit(loaded, 2, 1);
  expectClose(valuesOf(loaded).flat(), valuesOf(model).flat(), { rtol: 1e-4, atol: 1e-6 });
});

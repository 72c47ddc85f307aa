import { readFileSync } from "node:fs";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import {
  input,
  type LayersModel,
  layers,
  model as functional,
  sequential,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { CifarKitError, DataError, loadModel, SourceError, withKerasLayers } from "cifar-kit";
import { artifactsOf } from "../helpers/artifacts.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const load = (artifacts: object): Promise<LayersModel> =>
  loadModel({ load: () => Promise.resolve(artifacts as tf.io.ModelArtifacts) });

/** Gives every weight a value of its own. */
function fill(model: LayersModel): LayersModel {
  model.setWeights(
    model.getWeights().map((w, i) => tf.abs(tf.randomNormal(w.shape, 0, 1, "float32", i + 1))),
  );
  return model;
}

/** What it gives for an input of its shape. */
function outputOf(model: LayersModel): number[] {
  const shape = [1, ...model.inputs[0].shape.slice(1)] as number[];
  return Array.from(
    (model.predict(tf.randomNormal(shape, 0, 1, "float32", 9)) as tf.Tensor).dataSync(),
  );
}

/** What `layers` makes. */
type Layer = Pick<ReturnType<typeof layers.dense>, "apply">;

/** A layer of each kind whose settings TensorFlow.js has to carry through a file, with its input. */
const LAYERS: readonly (readonly [string, () => Layer, number[]])[] = [
  [
    "separableConv2d",
    () => layers.separableConv2d({ filters: 3, kernelSize: 3, depthMultiplier: 2 }),
    [5, 5, 2],
  ],
  ["gelu_new", () => layers.activation({ activation: "gelu_new" }), [4]],
  ["a dense layer with gelu_new", () => layers.dense({ units: 2, activation: "gelu_new" }), [4]],
  [
    "depthwiseConv2d",
    () => layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }),
    [5, 5, 2],
  ],
  [
    "conv2dTranspose",
    () => layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2 }),
    [5, 5, 2],
  ],
  [
    "conv2d",
    () => layers.conv2d({ filters: 2, kernelSize: 3, dilationRate: 2, useBias: false }),
    [6, 6, 2],
  ],
  [
    "batchNormalization",
    () => layers.batchNormalization({ axis: 1, epsilon: 0.1, scale: false }),
    [4, 3],
  ],
  ["layerNormalization", () => layers.layerNormalization({ axis: [1, 2], epsilon: 0.1 }), [4, 3]],
  ["leakyReLU", () => layers.leakyReLU({ alpha: 0.1 }), [4]],
  ["prelu", () => layers.prelu({ sharedAxes: [1, 2] }), [4, 4, 3]],
  [
    "zeroPadding2d",
    () =>
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ],
      }),
    [4, 4, 1],
  ],
  [
    "upSampling2d",
    () => layers.upSampling2d({ size: [2, 3], interpolation: "bilinear" }),
    [4, 4, 1],
  ],
  ["timeDistributed", () => layers.timeDistributed({ layer: layers.dense({ units: 2 }) }), [4, 3]],
];

describe("a model that comes back from a file", () => {
  it.each(LAYERS)("gives what it gave, with %s", async (_, makeLayer, shape) => {
    const image = input({ shape });
    const model = fill(
      functional({ inputs: image, outputs: makeLayer().apply(image) as SymbolicTensor }),
    );
    const loaded = await load(await artifactsOf(model, false));
    expect(outputOf(loaded)).toEqual(outputOf(withKerasLayers(model)));
  });

  it("keeps the depth multiplier of a separable convolution inside a model inside a model", async () => {
    const inner = functional(
      (() => {
        const image = input({ shape: [5, 5, 2] });
        const conv = layers.separableConv2d({ filters: 3, kernelSize: 3, depthMultiplier: 2 });
        return { inputs: image, outputs: conv.apply(image) as SymbolicTensor };
      })(),
    );
    const image = input({ shape: [5, 5, 2] });
    const outer = fill(
      functional({ inputs: image, outputs: inner.apply(image) as SymbolicTensor }),
    );
    const loaded = await load(await artifactsOf(outer, false));
    expect(outputOf(loaded)).toEqual(outputOf(outer));
  });
});

interface Keras3Models {
  readonly input: number[];
  readonly models: Readonly<
    Record<string, { modelJson: tf.io.ModelJSON; weights: string; output: number[] }>
  >;
}

describe("a model.json of Keras 3", () => {
  const { input: pixels, models } = JSON.parse(
    readFileSync("test/fixtures/model/models.keras3.json", "utf8"),
  ) as Keras3Models;
  const artifacts = (name: string): tf.io.ModelArtifacts => {
    const { modelJson, weights } = models[name];
    return {
      format: modelJson.format,
      modelTopology: modelJson.modelTopology,
      weightSpecs: modelJson.weightsManifest[0].weights,
      weightData: Uint8Array.from(Buffer.from(weights, "base64")).buffer,
    };
  };

  // Keras computes a layer of a mixed policy in float16, with 11 bits.
  it.each([
    ["branched", 1e-5],
    ["nested", 1e-5],
    ["inside", 1e-5],
    ["mixed", 2 ** -10],
  ])("gives what Keras gives: %s", async (name, tolerance) => {
    const loaded = await load(artifacts(name));
    const output = loaded.predict(tf.tensor(pixels, [2, 6, 6, 3])) as tf.Tensor;
    const expected = models[name].output;
    const scale = Math.max(...expected.map(Math.abs));
    const got = Array.from(output.dataSync());
    const errors = got.map((value, i) => Math.abs(value - expected[i]) / scale);
    expect(Math.max(...errors)).toBeLessThan(tolerance);
  });

  it("loads without weights, too, as model.to_json() writes it", async () => {
    const { model_config: config } = models.branched.modelJson.modelTopology as {
      model_config: object;
    };
    const loaded = await load({ modelTopology: config });
    expect(loaded.countParams()).toBeGreaterThan(0);
  });

  it.each([
    [
      "keepdims",
      /"keepdims":false/,
      '"keepdims":true',
      /"global_average_pooling2d", got keepdims: true/,
    ],
    ["another hard_sigmoid", /"activation":"silu"/, '"activation":"hard_sigmoid"', /hard_sigmoid/],
    ["groups", /"groups":1/, '"groups":2', /groups: 2/],
    [
      "a layer that is not there",
      /"class_name":"Add"/,
      '"class_name":"Attention"',
      /Unknown layer: Attention; build the network here and load its weights/,
    ],
    [
      "a layer's setting",
      /"class_name":"Add"/,
      '"class_name":"GRU"',
      /can build, got .*; build the network here and load its weights/,
    ],
  ])("is refused with a way out where TensorFlow.js lacks %s", async (_, from, to, message) => {
    const topology = models.branched.modelJson.modelTopology;
    const text = JSON.stringify(topology).replace(from, to);
    const loading = load({ ...artifacts("branched"), modelTopology: JSON.parse(text) as object });
    await expect(loading).rejects.toBeInstanceOf(DataError);
    await expect(loading).rejects.toThrow(message);
  });
});

describe("a layer whose name every JavaScript object has", () => {
  /** A model inside a model, with a layer of this name. */
  const net = (name: string): LayersModel => {
    const inside = input({ shape: [3] });
    const made = layers.dense({ units: 2, name }).apply(inside) as SymbolicTensor;
    const inner = functional({ inputs: inside, outputs: made });
    const outside = input({ shape: [3] });
    return fill(functional({ inputs: outside, outputs: inner.apply(outside) as SymbolicTensor }));
  };
  const NAMES = Object.getOwnPropertyNames(Object.prototype);

  it.each(NAMES)("is refused by this name: %s", async (name) => {
    // TensorFlow.js itself makes no layer called __proto__.
    const artifacts = await artifactsOf(net("placeholder"));
    const text = JSON.stringify(artifacts.modelTopology).replaceAll("placeholder", name);
    const loading = load({ ...artifacts, modelTopology: JSON.parse(text) as object });
    await expect(loading).rejects.toBeInstanceOf(DataError);
    await expect(loading).rejects.toThrow(`from the start, got "${name}"; build the network with`);
    await expect(loading).rejects.not.toThrow(/damaged/);
  });

  it.each(NAMES.filter((name) => !name.startsWith("_")))(
    "loads once it has another: %s",
    async (name) => {
      const [model, renamed] = [net(name), net("other")];
      await expect(load(await artifactsOf(model))).rejects.toThrow(/from the start/);
      renamed.setWeights(model.getWeights());
      const loaded = await load(await artifactsOf(renamed));
      expect(outputOf(loaded)).toEqual(outputOf(model));
    },
  );

  it("loads in a Sequential model, whose layers go by their order", async () => {
    for (const name of ["constructor", "toString", "hasOwnProperty"]) {
      const model = fill(
        sequential({ layers: [layers.dense({ units: 2, inputShape: [3], name })] }),
      );
      expect(outputOf(await load(await artifactsOf(model)))).toEqual(outputOf(model));
    }
  });
});

describe("a model whose file was edited", () => {
  const small = async (): Promise<tf.io.ModelArtifacts> => {
    const image = input({ shape: [4], name: "image" });
    const a = layers.dense({ units: 4, name: "a" });
    const b = layers.dense({ units: 4, name: "b" });
    const sum = layers.add({ name: "sum" });
    const x = a.apply(image) as SymbolicTensor;
    const y = b.apply(x) as SymbolicTensor;
    const z = a.apply(y) as SymbolicTensor;
    const model = functional({ inputs: image, outputs: sum.apply([x, z]) as SymbolicTensor });
    return artifactsOf(model, false);
  };

  it("whose layers are used twice loads as it is", async () => {
    const loaded = await load(await small());
    expect(loaded.layers).toHaveLength(4);
  });

  it.each([
    ["takes its input from no layer", '["a",0,0,{}]', '["A",0,0,{}]', /a layer "A" as an input of/],
    ["goes in a circle", '["image",0,0,{}]', '["sum",0,0,{}]', /inputs of .* that do not wait/],
    [
      "asks for a call too many",
      '["a",1,0,{}]',
      '["a",7,0,{}]',
      /inputs of "sum" that do not wait/,
    ],
    ["has two layers of one name", /"b"/g, '"a"', /different names, got two of "a"/],
    ["has a layer of two names", '"name":"b"', '"name":"c"', /the layer "c" to have this name/],
    [
      "takes its input from a tensor that is not there",
      '["b",0,0,{}]',
      '["b",0,5,{}]',
      /can build/,
    ],
    [
      "has an input of no type",
      '"dtype":"float32"',
      '"dtype":"flobt32"',
      /of type float32.*"flobt32"/,
    ],
    ["ends nowhere", '["sum",0,0]', '["sum",3,0]', /can build/],
  ])("and that %s is refused, at once", async (_, from, to, message) => {
    const artifacts = await small();
    const text = JSON.stringify(artifacts.modelTopology);
    const edited = text.replace(from, to);
    expect(edited).not.toBe(text);
    const loading = load({ ...artifacts, modelTopology: JSON.parse(edited) as object });
    await expect(loading).rejects.toBeInstanceOf(DataError);
    await expect(loading).rejects.toThrow(message);
  });

  it.each([
    ["nothing", undefined],
    ["no topology", {}],
    ["a graph model", { format: "graph-model", modelTopology: { node: [] } }],
    ["a text", { modelTopology: "text" }],
    ["an empty topology", { modelTopology: {} }],
    ["a list", { modelTopology: [1, 2] }],
    ["a class without settings", { modelTopology: { class_name: "Model" } }],
    ["settings without layers", { modelTopology: { class_name: "Model", config: {} } }],
    [
      "layers that are none",
      { modelTopology: { class_name: "Model", config: { layers: [null, 1] } } },
    ],
    [
      "a thousand levels",
      { modelTopology: JSON.parse('{"a":'.repeat(1000) + "1" + "}".repeat(1000)) as object },
    ],
  ])("and is %s is refused in the library's own words", async (_, artifacts) => {
    await expect(load(artifacts!)).rejects.toBeInstanceOf(DataError);
  });

  it("names the class that has to be registered, and how", async () => {
    const artifacts = await small();
    const text = JSON.stringify(artifacts.modelTopology).replace(
      '"class_name":"Add"',
      '"class_name":"Mine"',
    );
    const loading = load({ ...artifacts, modelTopology: JSON.parse(text) as object });
    await expect(loading).rejects.toThrow(/Unknown layer: Mine.*registerClass/);
  });
});

describe("a handler that fails", () => {
  it("is told with its own error as the cause; errors of the library are passed on", async () => {
    const cause = new Error("no such server");
    const loading = loadModel({ load: () => Promise.reject(cause) });
    await expect(loading).rejects.toThrow(
      /loadModel: expected to read the model, got no such server/,
    );
    await expect(loading).rejects.toBeInstanceOf(SourceError);
    await expect(loading).rejects.toMatchObject({ cause });
    const own = new CifarKitError({ subject: "x", expected: "y", got: "z", remedy: "w" });
    await expect(loadModel({ load: () => Promise.reject(own) })).rejects.toBe(own);
  });
});

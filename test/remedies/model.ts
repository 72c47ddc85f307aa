import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import {
  input,
  type LayersModel,
  layers,
  model as modelOf,
  sequential,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import * as kit from "cifar-kit";
import { fileSystemIO } from "cifar-kit/node";
import { artifactsOf } from "../helpers/artifacts.ts";
import { tinyImages, tinyModel, twins } from "../helpers/tiny.ts";
import { temporaryFolders } from "../node/temporary-folder.ts";
import { type Trials, type Untried, wrong } from "./trial.ts";

const set = tinyImages(6);
const newFolder = temporaryFolders();
const epoch = (model: LayersModel): Promise<unknown> =>
  kit.trainPhase(model, { train: set, epochs: 1, verbose: 0 });

function disposed(): LayersModel {
  const model = tinyModel();
  model.dispose();
  return model;
}

/** Three steps by a schedule that is made for another number of them. */
function scheduled(steps?: number): Promise<unknown> {
  const learningRate = kit.linearSchedule({ from: 0.1, to: 0, steps });
  const model = tinyModel({ optimizer: kit.sgd({ learningRate }) });
  return kit.trainPhase(model, { train: set, epochs: 3, verbose: 0 });
}

/** One step outside of a run. */
const stepWith = (learningRate: kit.Schedule): Promise<unknown> =>
  tinyModel({ optimizer: kit.sgd({ learningRate }) }).trainOnBatch(
    tf.zeros([2, 8, 8, 3]),
    tf.tensor1d([0, 1]),
  );

/** What a model would write to a file, with its topology changed. */
async function changed(
  model: LayersModel,
  change: (topology: string) => string = (topology) => topology,
): Promise<tf.io.IOHandler> {
  const saved = await artifactsOf(model, false);
  const modelTopology = JSON.parse(change(JSON.stringify(saved.modelTopology))) as object;
  return { load: () => Promise.resolve({ ...saved, modelTopology }) };
}

/** A layer whose weights are made by an initializer. */
function initialized(layer: layers.Layer, kernelInitializer: object): void {
  Object.assign(layer, { kernelInitializer });
  layer.apply(input({ shape: [8, 8, 3] }));
}

/** A network that ends in features. */
const headless = (): LayersModel =>
  sequential({ layers: [layers.flatten({ inputShape: [8, 8, 3] })] });

const prelu = (): LayersModel =>
  sequential({ layers: [layers.permute({ dims: [2, 1], inputShape: [2, 2] }), layers.prelu({})] });

/** A network of Keras 3 with what TensorFlow.js lacks: convolutions in groups. */
function grouped(): object {
  const text = readFileSync(
    new URL("../fixtures/model/models.keras3.json", import.meta.url),
    "utf8",
  );
  const { models } = JSON.parse(text) as {
    models: { branched: { modelJson: { modelTopology: object } } };
  };
  const { modelTopology } = models.branched.modelJson;
  return {
    modelTopology: JSON.parse(
      JSON.stringify(modelTopology).replace('"groups":1', '"groups":2'),
    ) as object,
  };
}

/** Gives an optimizer as much of another one's state. */
async function takeState(part: number): Promise<void> {
  const weights = await tinyModel().optimizer.getWeights();
  await tinyModel().optimizer.setWeights(weights.slice(0, part));
}

/** What a model writes with a damaged number of steps of its optimizer. */
async function stepsOf(steps: number): Promise<LayersModel> {
  const model = tinyModel();
  await epoch(model);
  const saved = (await artifactsOf(model)) as {
    weightSpecs: tf.io.WeightsManifestEntry[];
    weightData: ArrayBuffer;
  };
  const tensors = tf.io.decodeWeights(saved.weightData, saved.weightSpecs);
  const { name } = saved.weightSpecs.find(({ group }) => group === "optimizer")!;
  const forged = await tf.io.encodeWeights({ ...tensors, [name]: tf.scalar(steps, "int32") });
  const weightSpecs = forged.specs.map((spec, i) => ({
    ...spec,
    group: saved.weightSpecs[i].group,
  }));
  return kit.loadModel({
    load: () => Promise.resolve({ ...saved, weightSpecs, weightData: forged.data }),
  });
}

/** A stack of Dense layers with these names. */
const named = (...names: string[]): LayersModel =>
  sequential({ layers: names.map((name) => layers.dense({ name, units: 2, inputShape: [2] })) });
/** A functional model whose one layer has this name. */
const functional = (name: string): LayersModel => {
  const inputs = input({ shape: [2] });
  const outputs = layers.dense({ name, units: 2 }).apply(inputs) as SymbolicTensor;
  return modelOf({ inputs, outputs });
};
/** A Dense layer behind a model that holds another one. */
const nested = (outer: string): LayersModel => {
  const inner = sequential({
    name: "a",
    layers: [layers.dense({ name: "b", units: 2, inputShape: [2] })],
  });
  const first = layers.dense({ name: outer, units: 2, inputShape: [2] });
  return sequential({ layers: [first, inner] });
};
const cube = (): LayersModel =>
  sequential({
    layers: [
      layers.flatten({ name: "flat", inputShape: [2, 2] }),
      layers.dense({ name: "head", units: 1 }),
    ],
  });
/** Weights of one Dense layer as a file, with something of it changed. */
function denseFile(bias: object = {}, metadata: Record<string, string> = {}): Uint8Array {
  const tensor = { dtype: "F32", shape: [2], data: new Float32Array(2) };
  return kit.writeSafetensors(
    new Map([
      ["dense.bias", { ...tensor, ...bias }],
      ["dense.weight", { ...tensor, shape: [2, 2], data: new Float32Array(4) }],
    ]) as never,
    metadata,
  );
}
const large = (): LayersModel => {
  const model = named("dense");
  model.setWeights([tf.fill([2, 2], 1e5), tf.zeros([2])]);
  return model;
};

const withRate = (learningRate: kit.LearningRate): LayersModel =>
  tinyModel({ optimizer: kit.adam({ learningRate }) });
const withGroup = (group: object): LayersModel =>
  tinyModel({ optimizer: kit.adam({ groups: [group as kit.WeightGroup] }) });
const setRate = (model: LayersModel): void => {
  (model.optimizer as tf.Optimizer & { learningRate: number }).learningRate = 0.1;
};
const followingRun = { from: 0.1, to: 0 };

/** Weights in a file, with or without another copy of them as DataParallel names them. */
async function twice(also: boolean): Promise<Uint8Array> {
  const { tensors } = kit.readSafetensors(await kit.saveWeights(tinyModel()));
  const wrapped = [...tensors].map(([key, tensor]) => [`module.${key}`, tensor] as const);
  return kit.writeSafetensors(new Map([...tensors, ...(also ? wrapped : [])]));
}

export const trials: Trials = {
  "leave one of the two out where the file is written": [
    async () => kit.loadWeights(tinyModel(), await twice(true)),
    async () => kit.loadWeights(tinyModel(), await twice(false)),
  ],
  "leave out its number of steps, which is then that of the run; for a second run compile the model with a new optimizer":
    [() => scheduled(1), () => scheduled()],
  "pass larger ones": [
    () => kit.oneCycle({ maxLearningRate: 1, totalSteps: 100, divFactor: 1e-320 }),
    () => kit.oneCycle({ maxLearningRate: 1, totalSteps: 100, divFactor: 10 }),
  ],
  "say which learning rate the warm-up leads to": [
    () => kit.cosineDecay({ initialLearningRate: 0, decaySteps: 5, warmupSteps: 2 }),
    () =>
      kit.cosineDecay({ initialLearningRate: 0, decaySteps: 5, warmupSteps: 2, warmupTarget: 0.1 }),
  ],
  "correct the schedule": [() => epoch(withRate(() => -1)), () => epoch(withRate(() => 0.1))],
  "pass {}, or train on data with a known number of batches": [
    () => kit.linearSchedule(followingRun)(1, NaN),
    async () => {
      kit.linearSchedule({ ...followingRun, steps: 5 })(1, NaN);
      await epoch(withRate(kit.linearSchedule(followingRun)));
    },
  ],
  "make the optimizer with a number as its learningRate, or leave the schedule to it": [
    () => {
      setRate(withRate(kit.linearSchedule(followingRun)));
    },
    async () => {
      setRate(withRate(0.2));
      await epoch(withRate(kit.linearSchedule(followingRun)));
    },
  ],
  "correct its weights, or leave the group out": [
    () => withGroup({ weights: /bais$/ }),
    () => [withGroup({ weights: /bias$/ }), tinyModel({ optimizer: kit.adam() })],
  ],
  "pass e.g. /bias$/": [
    () => withGroup({ weights: "bias" }),
    () => withGroup({ weights: /bias$/ }),
  ],
  "pass e.g. [{ weights: /bias$/, weightDecay: 0 }]": [
    () => kit.adam({ groups: wrong({ weights: /bias$/ }) }),
    () => kit.adam({ groups: [{ weights: /bias$/, weightDecay: 0 }] }),
  ],
  "use cosineDecay, linearSchedule or oneCycle, and regular expressions for groups; or save with { includeOptimizer: false }":
    [
      () => artifactsOf(withRate(() => 0.1)),
      async () => {
        await artifactsOf(withRate(kit.linearSchedule(followingRun)));
        await artifactsOf(withGroup({ weights: /bias$/ }));
        await artifactsOf(
          withRate(() => 0.1),
          false,
        );
      },
    ],
  'build it with other names for the layers inside of its models; what this one has learned, saveWeights(model, { format: "keras3" }) keeps':
    [
      () => twins().save(fileSystemIO(newFolder())),
      async () => {
        await twins("other").save(fileSystemIO(newFolder()));
        await kit.loadWeights(twins("other"), await kit.saveWeights(twins(), { format: "keras3" }));
      },
    ],
  "the file is damaged or made by hand: go back to an earlier one": [
    () => stepsOf(-1),
    () => stepsOf(3),
  ],
  "call it otherwise": [
    () => kit.saveWeights(named("dense"), { metadata: { sha256: "mine" } }),
    () => kit.saveWeights(named("dense"), { metadata: { mySha256: "mine" } }),
  ],
  "call one of the layers otherwise, or use another format": [
    () => kit.saveWeights(nested("a/b"), { layout: "keras" }),
    async () => {
      await kit.saveWeights(nested("other"), { layout: "keras" });
      await kit.saveWeights(nested("a/b"), { format: "keras3" });
      await kit.saveWeights(nested("a/b"));
    },
  ],
  "convert it where the file was written, in PyTorch by tensor.float()": [
    () => kit.loadWeights(named("dense"), denseFile({ dtype: "I32", data: new Int32Array(2) })),
    () => kit.loadWeights(named("dense"), denseFile()),
  ],
  "count them from 1, without the batch's": [
    () => kit.saveWeights(cube(), { axes: { flat: [0, 1] } }),
    () => kit.saveWeights(cube(), { axes: { flat: [1, 2] } }),
  ],
  "pass e.g. { flatten: [3, 1, 2] }": [
    () => kit.saveWeights(cube(), { axes: wrong([2, 1]) }),
    () => kit.saveWeights(tinyModel(), { axes: { flatten: [3, 1, 2] } }),
  ],
  "say in which order PyTorch has the axes that {} changes: axes: { {}: [{}] } if the last comes first there, [{}] if they are as here":
    [
      () => kit.saveWeights(cube()),
      async () => {
        await kit.saveWeights(cube(), { axes: { flat: [2, 1] } });
        await kit.saveWeights(cube(), { axes: { flat: [1, 2] } });
      },
    ],
  "add its layers, the first of them with an inputShape": [
    () => kit.saveWeights(sequential()),
    () => kit.saveWeights(named("dense")),
  ],
  "give one of them another name, in the model or with the option names": [
    () => kit.saveWeights(nested("a.b")),
    async () => {
      await kit.saveWeights(nested("other"));
      await kit.saveWeights(nested("a.b"), { names: { a: "inner" } });
    },
  ],
  "leave it out": [
    () => kit.saveWeights(tinyModel(), { format: "keras3", layout: "keras" }),
    () => kit.saveWeights(tinyModel(), { format: "keras3" }),
  ],
  "the file was damaged or changed: get it again; a program that changes weights must leave out the old sha256":
    [
      () => kit.loadWeights(named("dense"), denseFile({}, { sha256: "0".repeat(64) })),
      () => kit.loadWeights(named("dense"), denseFile()),
    ],
  'use dtype "F32"': [
    () => kit.saveWeights(large(), { dtype: "F16" }),
    () => kit.saveWeights(large(), { dtype: "F32" }),
  ],
  "import or register the backend first": [
    () => {
      kit.ensureTrainable("webgl");
    },
    () => {
      kit.ensureTrainable("wasm");
    },
  ],
  "wait for the first call, or build another model": [
    async () => {
      const model = tinyModel();
      const first = epoch(model);
      try {
        await epoch(model);
      } finally {
        await first;
      }
    },
    async () => {
      const model = tinyModel();
      await epoch(model);
      await Promise.all([epoch(model), epoch(tinyModel())]);
    },
  ],
  "build or load it anew": [() => epoch(disposed()), () => epoch(tinyModel())],
  "pass e.g. the result of buildCifarModel()": [() => epoch(wrong({})), () => epoch(tinyModel())],
  "pass e.g. a part of loadCifar10()": [
    () => kit.buildCifarModel({ for: wrong([]) }),
    () => tinyModel({ for: set }),
  ],
  "leave {} out, or correct it": [
    () => tinyModel({ for: set, numClasses: 4 }),
    () => tinyModel({ for: set, numClasses: 3 }),
  ],
  "have images and classNames of another class, too": [
    () => kit.buildCifarModel({ for: set.withClasses(["red"]) }),
    () => tinyModel({ for: set.withClasses(["red", "blue"]), numClasses: undefined }),
  ],
  "pass fewer filters, or make the images larger": [
    () => tinyModel({ for: set, filters: [1, 1, 1, 1] }),
    () => [tinyModel({ for: set, filters: [1, 1] }), tinyModel({ inputShape: [16, 16, 3] })],
  ],
  "give each class a name of its own": [
    () => kit.buildCifarModel({ classNames: ["cat", "cat"] }),
    () => tinyModel({ numClasses: undefined, classNames: ["cat", "dog"] }),
  ],
  "leave out compile, or name the optimizer in model.compile({ optimizer, loss })": [
    () => tinyModel({ compile: false, optimizer: "sgd" }),
    () => {
      const model = tinyModel({ compile: false });
      model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
      return [model, tinyModel({ optimizer: "sgd" })];
    },
  ],
  'pass e.g. adamW() or "sgd"': [
    () => tinyModel({ optimizer: wrong(3) }),
    () => [tinyModel({ optimizer: kit.adamW() }), tinyModel({ optimizer: "sgd" })],
  ],
  "give the optimizer its learning rate where it is made: adam({ learningRate })": [
    () => tinyModel({ optimizer: kit.adam(), learningRate: 0.1 }),
    () => tinyModel({ optimizer: kit.adam({ learningRate: 0.1 }) }),
  ],
  "make an optimizer for each model: call e.g. adam() once more": [
    () => {
      const optimizer = kit.adam();
      return [tinyModel({ optimizer }), tinyModel({ optimizer })];
    },
    () => [tinyModel({ optimizer: kit.adam() }), tinyModel({ optimizer: kit.adam() })],
  ],
  "give the schedule its length: decaySteps, steps or totalSteps; or train with trainPhase or train":
    [
      () => stepWith(kit.linearSchedule({ from: 1, to: 0 })),
      () => stepWith(kit.linearSchedule({ from: 1, to: 0, steps: 9 })),
    ],
  'pass e.g. ["cat", "dog"]': [
    () => kit.replaceHead(tinyModel(), { classNames: ["cat"] }),
    () => kit.replaceHead(tinyModel(), { classNames: ["cat", "dog"] }),
  ],
  "tell it: model.setUserDefinedMetadata({ classNames }), with a name for each of its outputs": [
    () => kit.replaceHead(tinyModel(), { classNames: ["red", "black"], keepRows: true }),
    () => {
      const model = tinyModel();
      model.setUserDefinedMetadata({ classNames: ["red", "green", "blue"] });
      return kit.replaceHead(model, { classNames: ["red", "black"], keepRows: true });
    },
  ],
  "correct the names, or leave out keepRows": [
    () => kit.replaceHead(tinyModel({ for: set }), { classNames: ["a", "b"], keepRows: true }),
    () => [
      kit.replaceHead(tinyModel({ for: set }), { classNames: ["red", "b"], keepRows: true }),
      kit.replaceHead(tinyModel({ for: set }), { classNames: ["a", "b"] }),
    ],
  ],
  "give it one: tf.model({ inputs: model.inputs, outputs: tf.layers.dense({ units: 2 }).apply(features) }), where features is the output [batch, n] of one of its layers":
    [
      () => kit.replaceHead(headless(), { classNames: ["cat", "dog"] }),
      () => {
        const { inputs, outputs } = headless();
        const classes = layers.dense({ units: 2 }).apply(outputs[0]) as SymbolicTensor;
        return kit.replaceHead(modelOf({ inputs, outputs: classes }), { classNames: ["a", "b"] });
      },
    ],
  'pass e.g. 3, ["dense"] or /^dense/': [
    () => {
      kit.unfreeze(tinyModel(), { layers: wrong(true) });
    },
    () => {
      for (const chosen of [3, ["dense"], /^dense/]) kit.unfreeze(tinyModel(), { layers: chosen });
    },
  ],
  "correct the name or the expression": [
    () => {
      kit.unfreeze(tinyModel(), { layers: /^densr/ });
    },
    () => {
      kit.unfreeze(tinyModel(), { layers: /^dense/ });
    },
  ],
  "call model.compile({ optimizer, loss, metrics }) first": [
    () => {
      kit.unfreeze(tinyModel({ compile: false }));
    },
    () => {
      const model = tinyModel({ compile: false });
      model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
      kit.unfreeze(model);
    },
  ],
  "choose fewer filters, denseUnits or classes, more blocks, or smaller images": [
    () => tinyModel({ denseUnits: 1e9 }),
    () => tinyModel({ denseUnits: 8 }),
  ],
  "leave out blocks": [
    () => tinyModel({ filters: Array<number>(31).fill(1) }),
    () => tinyModel({ filters: [1] }),
  ],
  "pass e.g. [32, 64, 128]": [
    () => tinyModel({ filters: [] }),
    () => tinyModel({ filters: [32, 64, 128] }),
  ],
  "pass e.g. fileSystemIO(path) of cifar-kit/node": [
    () => kit.loadModel(wrong({})),
    async () => kit.loadModel(await changed(tinyModel())),
  ],
  "to load from a folder, pass fileSystemIO(path) of cifar-kit/node": [
    () => kit.loadModel("runs/model"),
    async () => kit.loadModel(await changed(tinyModel())),
  ],
  "leave out all but one": [
    () => kit.adam({ clipNorm: 1, clipValue: 1 }),
    () => kit.adam({ clipNorm: 1 }),
  ],
  'leave it out of the group, or pass rule: "sgd"': [
    () => tinyModel({ optimizer: kit.muon({ groups: [{ weights: /bias/, rule: "muon" }] }) }),
    () => [
      tinyModel({ optimizer: kit.muon({ groups: [{ weights: /kernel/, rule: "muon" }] }) }),
      tinyModel({ optimizer: kit.muon({ groups: [{ weights: /bias/, rule: "sgd" }] }) }),
    ],
  ],
  "pass what channelStatistics(set) gives": [
    () => kit.normalization({ mean: [0], deviation: [0] }),
    () => kit.normalization(kit.channelStatistics(set)),
  ],
  "use it as the kernelInitializer of a conv2d layer": [
    () => {
      initialized(layers.dense({ units: 2 }), kit.identityFilters());
    },
    () => {
      initialized(layers.conv2d({ filters: 2, kernelSize: 3 }), kit.identityFilters());
    },
  ],
  "give it kernelSize: {} and filters: {}": [
    () => {
      initialized(layers.conv2d({ filters: 2, kernelSize: 2 }), kit.whitening(set));
    },
    () => {
      initialized(layers.conv2d({ filters: 24, kernelSize: 2 }), kit.whitening(set));
    },
  ],
  "pass more images, or a smaller size": [
    () => kit.whitening(set.take(1), { size: 8 }),
    () => kit.whitening(set.take(1), { size: 2 }),
  ],
  "pass e.g. momentum: 0.9": [
    () => kit.sgd({ nesterov: true }),
    () => kit.sgd({ nesterov: true, momentum: 0.9 }),
  ],
  "check that it is there and may be read": [
    () => kit.loadModel({ load: () => Promise.reject(new Error("ENOENT")) }),
    async () => kit.loadModel(await changed(tinyModel())),
  ],
  "save a layers model with model.save()": [
    () => kit.loadModel({ load: () => Promise.resolve({}) }),
    async () => kit.loadModel(await changed(tinyModel())),
  ],
  "the file is damaged or was edited: save or convert the model again": [
    async () =>
      kit.loadModel(await changed(tinyModel(), (text) => text.replace('"units":16', '"units":-1'))),
    async () => kit.loadModel(await changed(tinyModel())),
  ],
  "the model's file is damaged or was edited: save or convert the model again": [
    async () =>
      kit.loadModel(
        await changed(tinyModel(), (text) => text.replace('"name":"dropout"', '"name":"dropper"')),
      ),
    async () => kit.loadModel(await changed(tinyModel())),
  ],
  "build the network with another name for this layer, take the weights over with setWeights(), and save or convert it again":
    [
      async () => kit.loadModel(tf.io.fromMemory(await artifactsOf(functional("constructor")))),
      async () => {
        const renamed = functional("other");
        renamed.setWeights(functional("constructor").getWeights());
        await kit.loadModel(tf.io.fromMemory(await artifactsOf(renamed)));
      },
    ],
  "the model's file is damaged or was made on purpose: save or convert the model again": [
    async () =>
      kit.loadModel(
        await changed(tinyModel(), (text) =>
          text.replace('"rate":0.2', `"rate":${"[".repeat(300)}${"]".repeat(300)}`),
        ),
      ),
    async () => kit.loadModel(await changed(tinyModel())),
  ],
  "register what is your own with tf.serialization.registerClass() before loading": [
    async () => kit.loadModel(await changed(prelu(), (text) => text.replace('"PReLU"', '"Mine"'))),
    async () => {
      const { constructor: Stock } = layers.prelu({}) as unknown as {
        constructor: new (config: object) => object;
      };
      class Mine extends Stock {
        static readonly className = "Mine";
      }
      tf.serialization.registerClass(wrong(Mine));
      await kit.loadModel(await changed(prelu(), (text) => text.replace('"PReLU"', '"Mine"')));
    },
  ],
  "build the network here and load its weights: model.save_weights() in Keras, loadWeights() here":
    [
      () => kit.loadModel(wrong({ load: () => Promise.resolve(grouped()) })),
      async () =>
        kit.loadWeights(tinyModel(), await kit.saveWeights(tinyModel(), { format: "keras3" })),
    ],
  "take the whole state of a model with the same layers": [
    () => takeState(-1),
    () => takeState(Infinity),
  ],
  "choose a backend that has them (simd, cpu, webgl, webgpu or wasm) with tf.setBackend, or import the backend's package if it is not registered yet":
    [
      () => {
        tf.registerBackend("lame", () => tf.backend());
        kit.ensureTrainable("lame");
      },
      () => {
        kit.ensureTrainable("wasm");
      },
    ],
  "add its layers first": [
    () => kit.modelSummary(sequential()),
    () => {
      const model = sequential();
      model.add(layers.dense({ units: 1, inputShape: [1] }));
      kit.modelSummary(model);
    },
  ],
  "pass a tf.LayersModel": [() => kit.modelSummary(wrong({})), () => kit.modelSummary(tinyModel())],
  "build the network that the file belongs to, or map layers with the option names": [
    async () => kit.loadWeights(tinyModel({ denseUnits: 8 }), await kit.saveWeights(tinyModel())),
    async () => {
      await kit.loadWeights(tinyModel(), await kit.saveWeights(tinyModel()));
      const bytes = await kit.saveWeights(tinyModel(), { names: { conv2d: "features.0" } });
      await kit.loadWeights(tinyModel(), bytes, { names: { conv2d: "features.0" } });
    },
  ],
  "pass the file's bytes, e.g. of fs.readFileSync(path)": [
    () => kit.loadWeights(tinyModel(), wrong("weights.safetensors")),
    async () => kit.loadWeights(tinyModel(), await kit.saveWeights(tinyModel())),
  ],
  'use layout "keras", and convert the weights of this layer yourself': [
    () => kit.saveWeights(prelu()),
    () => kit.saveWeights(prelu(), { layout: "keras" }),
  ],
  "correct the name": [
    () => kit.saveWeights(tinyModel(), { names: { conv: "features.0" } }),
    () => kit.saveWeights(tinyModel(), { names: { conv2d: "features.0" } }),
  ],
  'pass e.g. { conv2d: "features.0" }': [
    () => kit.saveWeights(tinyModel(), { names: wrong({ conv2d: 5 }) }),
    () => kit.saveWeights(tinyModel(), { names: { conv2d: "features.0" } }),
  ],
};

export const untried: Untried = {
  'use layout "keras", and convert the weights yourself':
    "for a network none of whose axes can be told; no such one is known",
  "choose one first: e.g. `await registerSimdBackend(); await tf.setBackend('simd')`, or import '@tensorflow/tfjs-backend-wasm' and `await tf.setBackend('wasm')`":
    "needs a process without a backend: test/model/default-backend.test.ts",
};

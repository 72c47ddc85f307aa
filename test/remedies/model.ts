import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { type LayersModel, layers, sequential } from "@tensorflow/tfjs-layers";
import * as kit from "cifar-kit";
import { loadPretrained } from "cifar-kit/node";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { type Trials, type Untried, wrong } from "./trial.ts";

const set = tinyImages(6);
const BYTES = new URL("../../pretrained/cifar10.safetensors", import.meta.url);
const epoch = (model: LayersModel): Promise<unknown> =>
  kit.trainPhase(model, { train: set, epochs: 1, verbose: 0 });

function disposed(): LayersModel {
  const model = tinyModel();
  model.dispose();
  return model;
}

/** What a model would write to a file, with its topology changed. */
async function artifacts(
  model: LayersModel,
  change: (topology: string) => string = (topology) => topology,
  includeOptimizer = false,
): Promise<tf.io.IOHandler> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((given) => {
      saved = given;
      return Promise.resolve({
        modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" },
      });
    }),
    { includeOptimizer },
  );
  const modelTopology = JSON.parse(change(JSON.stringify(saved!.modelTopology))) as object;
  return { load: () => Promise.resolve({ ...saved!, modelTopology }) };
}

const atan = (): LayersModel =>
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

/** A model that goes on training with the optimizer's state of another one, with something changed. */
async function resumedWith(change: (model: LayersModel) => void): Promise<void> {
  const model = tinyModel();
  await epoch(model);
  const saved = await kit.loadModel(await artifacts(model, undefined, true));
  change(saved);
  await epoch(saved);
}

export const trials: Trials = {
  "import or register the backend first": [
    () => {
      kit.ensureTrainable("webgl");
    },
    () => {
      kit.ensureTrainable("wasm");
    },
  ],
  "build or load it anew": [() => epoch(disposed()), () => epoch(tinyModel())],
  "pass e.g. the result of buildCifarModel()": [() => epoch(wrong({})), () => epoch(tinyModel())],
  "choose fewer filters, denseUnits or classes, more blocks, or smaller images": [
    () => tinyModel({ denseUnits: 1e9 }),
    () => tinyModel({ denseUnits: 8 }),
  ],
  "leave out blocks": [
    () => tinyModel({ filters: Array<number>(31).fill(1) }),
    () => tinyModel({ filters: [1] }),
  ],
  "pass e.g. [32, 32, 3]": [
    () => tinyModel({ inputShape: wrong([32, 32]) }),
    () => tinyModel({ inputShape: [32, 32, 3] }),
  ],
  "pass e.g. [32, 64, 128]": [
    () => tinyModel({ filters: [] }),
    () => tinyModel({ filters: [32, 64, 128] }),
  ],
  "pass e.g. fileSystemIO(path) of cifar-kit/node": [
    () => kit.loadModel(wrong({})),
    async () => kit.loadModel(await artifacts(tinyModel())),
  ],
  "to load from a folder, pass fileSystemIO(path) of cifar-kit/node": [
    () => kit.loadModel("runs/model"),
    async () => kit.loadModel(await artifacts(tinyModel())),
  ],
  "leave out all but one": [
    () => kit.adam({ clipNorm: 1, clipValue: 1 }),
    () => kit.adam({ clipNorm: 1 }),
  ],
  'pass e.g. ["bias", "gamma", "beta"]': [
    () => kit.adamW({ excludeFromWeightDecay: wrong("bias") }),
    () => kit.adamW({ excludeFromWeightDecay: ["bias", "gamma", "beta"] }),
  ],
  "pass e.g. momentum: 0.9": [
    () => kit.sgd({ nesterov: true }),
    () => kit.sgd({ nesterov: true, momentum: 0.9 }),
  ],
  "read the file, or call loadPretrained of cifar-kit/node or cifar-kit/browser": [
    () => kit.pretrainedModel(wrong("pretrained/cifar10.safetensors")),
    async () => {
      await kit.pretrainedModel(readFileSync(BYTES));
      await loadPretrained();
    },
  ],
  "take pretrained/cifar10.safetensors out of the same release of the package": [
    () => kit.pretrainedModel(new Uint8Array(8)),
    () => kit.pretrainedModel(readFileSync(BYTES)),
  ],
  "check that it is there and may be read": [
    () => kit.loadModel({ load: () => Promise.reject(new Error("ENOENT")) }),
    async () => kit.loadModel(await artifacts(tinyModel())),
  ],
  "save a layers model with model.save()": [
    () => kit.loadModel({ load: () => Promise.resolve({}) }),
    async () => kit.loadModel(await artifacts(tinyModel())),
  ],
  "the file is damaged or was edited: save or convert the model again": [
    async () =>
      kit.loadModel(
        await artifacts(tinyModel(), (text) => text.replace('"units":16', '"units":-1')),
      ),
    async () => kit.loadModel(await artifacts(tinyModel())),
  ],
  "the model's file is damaged or was edited: save or convert the model again": [
    async () =>
      kit.loadModel(
        await artifacts(tinyModel(), (text) =>
          text.replace('"name":"dropout"', '"name":"dropper"'),
        ),
      ),
    async () => kit.loadModel(await artifacts(tinyModel())),
  ],
  "the model's file is damaged or was made on purpose: save or convert the model again": [
    async () =>
      kit.loadModel(
        await artifacts(tinyModel(), (text) =>
          text.replace('"rate":0.2', `"rate":${"[".repeat(300)}${"]".repeat(300)}`),
        ),
      ),
    async () => kit.loadModel(await artifacts(tinyModel())),
  ],
  "register what is your own with tf.serialization.registerClass() before loading": [
    async () => kit.loadModel(await artifacts(atan(), (text) => text.replace('"PReLU"', '"Mine"'))),
    async () => {
      const { constructor: Stock } = layers.prelu({}) as unknown as {
        constructor: new (config: object) => object;
      };
      class Mine extends Stock {
        static readonly className = "Mine";
      }
      tf.serialization.registerClass(wrong(Mine));
      await kit.loadModel(await artifacts(atan(), (text) => text.replace('"PReLU"', '"Mine"')));
    },
  ],
  "build the network here and load its weights: model.save_weights() in Keras, loadWeights() here":
    [
      () => kit.loadModel(wrong({ load: () => Promise.resolve(grouped()) })),
      async () =>
        kit.loadWeights(tinyModel(), await kit.saveWeights(tinyModel(), { format: "keras3" })),
    ],
  "train the same layers as when the state was saved, or compile the model anew": [
    () =>
      resumedWith((model) => {
        model.getLayer("dense").trainable = false;
      }),
    async () => {
      await resumedWith(() => undefined);
    },
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
    () => kit.saveWeights(atan()),
    () => kit.saveWeights(atan(), { layout: "keras" }),
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
  "choose one first: e.g. `await registerSimdBackend(); await tf.setBackend('simd')`, or import '@tensorflow/tfjs-backend-wasm' and `await tf.setBackend('wasm')`":
    "needs a process without a backend: test/model/default-backend.test.ts",
};

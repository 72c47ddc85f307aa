import * as tf from "@tensorflow/tfjs-core";
import { array } from "@tensorflow/tfjs-data";
import {
  input,
  type LayersModel,
  layers,
  model as functional,
  sequential,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import * as kit from "cifar-kit";
import { type Batch, type Callback, type Flow, ImageDataGenerator } from "cifar-kit";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";
import { type Trials, type Untried, wrong } from "./trial.ts";

const set = tinyImages(12);
const { images, labels, imageShape, classNames } = set;
const generator = new ImageDataGenerator({});
const QUIET = { verbose: 0, epochs: 1 } as const;

const train = (options: object = {}, model = tinyModel()): Promise<unknown> =>
  kit.trainPhase(model, { train: set, ...QUIET, ...options });
const twoPhase = (options: object = {}): Promise<unknown> =>
  kit.trainTwoPhase(tinyModel(), { train: set, verbose: 0, epochs: [1, 1], ...options });
const withCallback = (callback: Callback, options: object = {}): Promise<unknown> =>
  train({ callbacks: [callback], ...options });

/** A pipeline of one batch with something of it changed. */
function pipeline(change: object = {}, batchSize = 12): never {
  const data = {
    xs: tf.randomUniform([batchSize, 8, 8, 3], 0, 1, "float32", 1),
    ys: tf.tensor1d(Array.from({ length: batchSize }, (_, i) => i % 3)),
    ...change,
  };
  return array([data as never]) as never;
}
const piped = (change: object = {}, options: object = {}): Promise<unknown> =>
  train({ train: pipeline(change), ...options });

/** A flow of the user's with something of it, or of its batches, changed. */
function flow(outline: object = {}, change: (batch: Batch) => object = () => ({})): Flow {
  const inner = kit.imageFlow(set, { batchSize: 4 });
  const { length, size, batchSize } = inner;
  const made = {
    ...{ length, size, batchSize, imageShape, classNames },
    batch: (epoch: number, index: number) => {
      const batch = inner.batch(epoch, index);
      return { ...batch, ...change(batch) };
    },
    *epoch(epoch: number) {
      for (let index = 0; index < length; index++) yield made.batch(epoch, index);
    },
    [Symbol.iterator]: () => made.epoch(0)[Symbol.iterator](),
    ...outline,
  };
  return made;
}

function uncompiled(): LayersModel {
  return tinyModel({ compile: false });
}
function compiled(layer: layers.Layer[], loss: string): LayersModel {
  const model = sequential({ layers: layer });
  model.compile({ optimizer: "sgd", loss, metrics: ["accuracy"] });
  return model;
}
const dense = (activation: "linear" | "softmax", loss = "sparseCategoricalCrossentropy") =>
  compiled(
    [
      layers.flatten({ inputShape: [8, 8, 3] }),
      layers.dense({ units: 3, activation, kernelInitializer: "zeros", biasInitializer: "ones" }),
    ],
    loss,
  );
function broken(): LayersModel {
  const model = tinyModel();
  model.setWeights(model.getWeights().map((weight) => tf.fill(weight.shape, NaN)));
  return model;
}
function frozen(isFrozen: boolean): LayersModel {
  const model = tinyModel();
  for (const layer of model.layers) layer.trainable = !isFrozen;
  return model;
}

/** Two runs with one store, the second with other options. */
async function twice(first: object, second: object): Promise<unknown> {
  const checkpoint = { store: new MemoryStore() };
  await train({ ...first, checkpoint });
  return train({ epochs: 2, ...second, checkpoint });
}
/** A new run in a store that holds something already. */
function besides(...names: readonly string[]): Promise<unknown> {
  const store = new MemoryStore();
  for (const name of names) store.files.set(name, new Uint8Array(0));
  return train({ checkpoint: { store }, resume: "never" });
}
const state = (value: unknown): Promise<unknown> =>
  withCallback({ getState: () => value as never }, { checkpoint: { store: new MemoryStore() } });
const picture = { data: new Uint8Array(48), width: 4, height: 4, channels: 3 } as const;
const heavy = new Float32Array(12).fill(3e38);
const schedule = (rate: (index: number) => unknown): Promise<unknown> =>
  withCallback(kit.learningRateScheduler(rate as never));

/** A key that no check of options can see, and that is none by the time of the first save. */
function lateKey(late: unknown): Callback {
  let asked = 0;
  return {
    get stateKey() {
      return asked > 2 ? (late as string) : "late";
    },
    getState: () => ++asked,
    setState: () => undefined,
  };
}
const keyed = (stateKey: unknown): Callback => ({
  stateKey: stateKey as string,
  getState: () => 1,
  setState: () => undefined,
});
/** Goes on with a run whose callback cannot take its state back. */
const refusing = (options: object): Promise<unknown> => {
  const refuse = (): void => {
    throw new Error("no");
  };
  return goOnWith({ callbacks: [{ ...keyed("earlyStopping()"), setState: refuse }], ...options });
};

export const trials: Trials = {
  "correct what a callback or the optimizer has set": [
    () => withCallback(lateKey(5), { epochs: 4, checkpoint: { store: new MemoryStore() } }),
    () => withCallback(lateKey("late"), { epochs: 4, checkpoint: { store: new MemoryStore() } }),
  ],
  'go back to an earlier checkpoint, or begin anew with resume: "never"': [
    () => refusing({}),
    () => refusing({ resume: "never" }),
  ],
  'pass e.g. "counter(2)"': [() => withCallback(keyed(5)), () => withCallback(keyed("counter(2)"))],
  "make it fit with resizeImage": [
    () => kit.predict(tinyModel(), picture),
    () => kit.predict(tinyModel(), kit.resizeImage(picture, [8, 8, 3])),
  ],
  "scale them to [0, 1] and pass floats": [
    () => kit.predict(tinyModel(), tf.fill([1, 8, 8, 3], 1000, "int32")),
    () => kit.predict(tinyModel(), tf.div(tf.fill([1, 8, 8, 3], 1000, "int32"), 1000)),
  ],
  "correct the name": [
    () => withCallback(wrong({ onEpochEnded: () => undefined })),
    () => withCallback({ onEpochEnd: () => undefined }),
  ],
  "pass a function, or leave it out": [
    () => withCallback(wrong({ onEpochEnd: 5 })),
    () => withCallback({}),
  ],
  "pass e.g. [earlyStopping({ patience: 3 })]": [
    () => train({ callbacks: kit.earlyStopping() }),
    () => train({ callbacks: [kit.earlyStopping({ patience: 3 })] }),
  ],
  'pass the callbacks that the run began with, in their order, or begin anew with resume: "never"':
    [
      () => goOnWith({}),
      async () => {
        await goOnWith({ callbacks: [kit.earlyStopping()] });
        await goOnWith({ resume: "never" });
      },
    ],
  'pass the schedule that the run began with, or begin anew with resume: "never"': [
    () => goOnWith({ callbacks: [halving()] }, tenth()),
    async () => {
      await goOnWith({ callbacks: [tenth()] }, tenth());
      await goOnWith({ callbacks: [halving()], resume: "never" }, tenth());
    },
  ],
  'pass e.g. ";"': [
    () => kit.csvLogger(() => undefined, { separator: "--" }),
    () => kit.csvLogger(() => undefined, { separator: ";" }),
  ],
  'pass e.g. (text) => appendFile("log.csv", text)': [
    () => kit.csvLogger(wrong("log.csv")),
    () => kit.csvLogger((text) => text),
  ],
  "correct the field, or see that the value is logged": [
    () => withCallback(kit.modelCheckpoint({ filepath: "{auc}", save: () => undefined })),
    () => withCallback(kit.modelCheckpoint({ filepath: "{loss}", save: () => undefined })),
  ],
  "use d for whole numbers, f, e, g or % for others, of at most 255 characters and 80 digits; write {{ for a brace":
    [
      () => kit.modelCheckpoint({ filepath: "{loss:x}" }),
      () =>
        ["{epoch:d}", "{loss:f}", "{loss:e}", "{loss:g}", "{loss:%}", "{{", "{loss:255.80f}"].map(
          (filepath) => kit.modelCheckpoint({ filepath }),
        ),
    ],
  "pass the smaller one as minLearningRate": [
    () => kit.learningRateFinder({ minLearningRate: 1, maxLearningRate: 0.1 }),
    () => kit.learningRateFinder({ minLearningRate: 0.1, maxLearningRate: 1 }),
  ],
  "correct the schedule": [() => schedule(() => -1), () => schedule(() => 0.1)],
  "pass e.g. (epoch) => 0.001 * 0.9 ** epoch": [
    () => kit.learningRateScheduler(wrong(0.1)),
    () => schedule((epoch) => 0.001 * 0.9 ** epoch),
  ],
  "train on an ImageSet, or schedule epochs": [
    () =>
      withCallback(
        kit.learningRateScheduler(() => 0.1, { per: "step" }),
        {
          train: wrong(unknownLength()),
        },
      ),
    async () => {
      await withCallback(kit.learningRateScheduler(() => 0.1, { per: "step" }));
      const perEpoch = kit.learningRateScheduler(() => 0.1);
      await withCallback(perEpoch, { train: wrong(unknownLength()) });
    },
  ],
  "pass the bytes themselves": [
    () => kit.predict(twoChannels(), { data: new Uint8Array(16), width: 2, height: 2 }),
    () => kit.predict(twoChannels(), new Uint8Array(8)),
  ],
  "leave it out, or pass a number of batches as saveFreq": [
    () => kit.modelCheckpoint({ filepath: "{batch}", save: () => undefined }),
    async () => {
      for (const options of [{ filepath: "a" }, { filepath: "{batch}", saveFreq: 1 }]) {
        await withCallback(kit.modelCheckpoint({ ...options, save: () => undefined }));
      }
    },
  ],
  'pass e.g. "runs/{epoch:02d}"': [
    () => kit.modelCheckpoint({ filepath: "" }),
    () => kit.modelCheckpoint({ filepath: "runs/{epoch:02d}" }),
  ],
  "pass e.g. (path) => fileSystemIO(path)": [
    () => kit.modelCheckpoint({ filepath: "a", save: wrong("folder") }),
    () => kit.modelCheckpoint({ filepath: "a", save: (path) => path }),
  ],
  'pass e.g. "val_loss"': [
    () => kit.earlyStopping({ monitor: wrong(5) }),
    () => kit.earlyStopping({ monitor: "val_loss" }),
  ],
  'pass mode: "min" or mode: "max"': [
    () => kit.earlyStopping({ monitor: "speed" }),
    () => kit.earlyStopping({ monitor: "speed", mode: "max" }),
  ],
  'pass e.g. () => readFile("log.csv", "utf8").catch(() => ""), or leave it out to begin anew': [
    () => kit.csvLogger(() => undefined, { append: wrong("log.csv") }),
    async () => {
      await withCallback(kit.csvLogger(() => undefined, { append: () => Promise.resolve("") }));
      await withCallback(kit.csvLogger(() => undefined));
    },
  ],
  "pass the text of such a file, or write to another one": [
    () => withCallback(kit.csvLogger(() => undefined, { append: () => "a,b\r\n" })),
    async () => {
      await withCallback(kit.csvLogger(() => undefined, { append: () => "epoch,loss\r\n" }));
      await withCallback(kit.csvLogger(() => undefined, { append: () => "" }));
    },
  ],
  "cut it with .take(batches){}": [
    () => train({ train: (pipeline() as Repeatable).repeat() }),
    async () => {
      await train({ train: (pipeline() as Repeatable).repeat().take(2) });
      await train({ train: (pipeline() as Repeatable).repeat(), stepsPerEpoch: 2 });
    },
  ],
  "keep less in the states of callbacks, or keep it in typed arrays": [
    () => state({ many: Array.from({ length: 3e6 }, () => 0.123456789) }),
    () => state({ many: new Float32Array(3e6) }),
  ],
  "return it from getState as a text, or in a Float32Array": [
    () => state({ best: NaN }),
    async () => {
      await state({ best: "NaN" });
      await state({ best: Float32Array.of(NaN) });
    },
  ],
  "pass more images or another validationSplit": [
    () => train({ train: set.take(1), validationSplit: 0.5 }),
    async () => {
      await train({ validationSplit: 0.5 });
      await train({ validationSplit: 0.25 });
    },
  ],
  'bring one back from a backup, or begin anew with resume: "never"': [
    () => afterDamage({}),
    async () => {
      await afterDamage({ resume: "never" });
      await afterDamage({}, (bytes) => bytes);
    },
  ],
  "remove that file, which no run has written": [
    () => besides("checkpoint-999999999999999.ckpt"),
    () => besides(),
  ],
  "lower the learning rate and go on from the last checkpoint, which is as it was": [
    () => spoilt(true),
    () => spoilt(false),
  ],
  "pass larger ones": [
    () => kit.oneCycle({ maxLearningRate: 1, totalSteps: 100, divFactor: 1e-320 }),
    () => kit.oneCycle({ maxLearningRate: 1, totalSteps: 100, divFactor: 10 }),
  ],
  "say which learning rate the warm-up leads to": [
    () => kit.cosineDecay({ initialLearningRate: 0, decaySteps: 5, warmupSteps: 2 }),
    () =>
      kit.cosineDecay({ initialLearningRate: 0, decaySteps: 5, warmupSteps: 2, warmupTarget: 0.1 }),
  ],
  "pass e.g. () => Date.now() / 1000": [
    () => kit.tensorBoard(() => undefined, { wallTime: wrong(5) }),
    () => kit.tensorBoard(() => undefined, { wallTime: () => Date.now() / 1000 }),
  ],
  'pass e.g. (run, bytes) => appendFile("logs/" + run + "/tfevents", bytes)': [
    () => kit.tensorBoard(wrong("logs")),
    () => kit.tensorBoard((run, bytes) => [run, bytes]),
  ],
  "lower the learning rate, or look for NaN in the data": [
    () => withCallback(kit.terminateOnNaN({ raiseError: true }), { sampleWeight: heavy }),
    () => withCallback(kit.terminateOnNaN({ raiseError: true })),
  ],
  "correct sampleWeight in the pipeline; the batch has changed nothing": [
    () => piped({ sampleWeight: tf.fill([12], -1) }),
    () => piped({ sampleWeight: tf.ones([12]) }),
  ],
  "correct the labels in the pipeline; the batch has changed nothing": [
    () => piped({ ys: tf.fill([12], NaN) }),
    () => piped(),
  ],
  "correct the labels, or build the model with numClasses to match; the batch has changed nothing":
    [
      () => piped({ ys: tf.fill([12], 3) }),
      async () => {
        await piped();
        await train({ train: pipeline({ ys: tf.fill([12], 3) }) }, tinyModel({ numClasses: 4 }));
      },
    ],
  "give class indices, or a row of probabilities for each image": [
    () => piped({ ys: tf.ones([12, 2]) }),
    async () => {
      await piped();
      await piped({ ys: tf.oneHot(tf.ones([12], "int32"), 3) });
    },
  ],
  "give one-hot rows or mixtures of them; the batch has changed nothing": [
    () => piped({ ys: tf.ones([12, 3]) }),
    () => piped({ ys: tf.fill([12, 3], 1 / 3) }),
  ],
  "look for a division by 0 in the pipeline; the batch has changed nothing": [
    () => piped({ xs: tf.div(tf.ones([12, 8, 8, 3]), 0) }),
    () => piped(),
  ],
  "resize or reshape the images in the pipeline, or build the model with their shape": [
    () => piped({ xs: tf.ones([12, 4, 4, 3]) }),
    async () => {
      await piped();
      const small = tinyModel({ inputShape: [4, 4, 3] });
      await train({ train: pipeline({ xs: tf.ones([12, 4, 4, 3]) }) }, small);
    },
  ],
  "pass e.g. fileCheckpointStore(folder) of cifar-kit/node": [
    () => train({ checkpoint: { store: "folder" } }),
    () => train({ checkpoint: { store: new MemoryStore() } }),
  ],
  "say where the checkpoint is": [
    () => train({ resume: "must" }),
    async () => {
      const checkpoint = { store: new MemoryStore() };
      await train({ checkpoint });
      await train({ checkpoint, resume: "must" });
    },
  ],
  "flatten it": [
    () => state({ deep: JSON.parse(`${"[".repeat(200)}${"]".repeat(200)}`) as object }),
    () => state({ flat: [1, 2] }),
  ],
  "rename it": [() => state(JSON.parse('{"__proto__": 1}')), () => state({ proto: 1 })],
  "return such values from getState": [
    () => state({ when: new Date(0) }),
    () => state({ when: 0 }),
  ],
  'name the store of the run that is to go on, or begin one with resume: "auto"': [
    () => train({ checkpoint: { store: new MemoryStore() }, resume: "must" }),
    () => train({ checkpoint: { store: new MemoryStore() }, resume: "auto" }),
  ],
  'pass what the run began with, or begin anew with resume: "never"': [
    () => twice({}, { batchSize: 4 }),
    async () => {
      await twice({ epochs: 2 }, {});
      await twice({}, { batchSize: 4, resume: "never" });
    },
  ],
  "compile the model with adam({ learningRate })": [
    () => train(saving(), stock()),
    () => train(saving()),
  ],
  "pass e.g. process.stderr": [
    () => kit.progressBar({ output: wrong("stderr") }),
    () => kit.progressBar({ output: process.stderr }),
  ],
  "build the model with numClasses to match the data": [
    () => kit.evaluate(tinyModel({ numClasses: 2 }), set),
    () => kit.evaluate(tinyModel({ numClasses: 3 }), set),
  ],
  "end the model in a softmax": [
    () => kit.evaluate(logits("linear"), set),
    () => kit.evaluate(logits("softmax"), set),
  ],
  "its weights or the pixels contain NaN: go back to an earlier state of the model": [
    () => kit.evaluate(broken(), set),
    () => kit.evaluate(tinyModel(), set),
  ],
  "pass a classifier, whose last layer is dense with a softmax": [
    () =>
      kit.evaluate(
        compiled(
          [layers.conv2d({ filters: 3, kernelSize: 1, inputShape: [8, 8, 3] })],
          "meanSquaredError",
        ),
        set,
      ),
    () => kit.evaluate(dense("softmax"), set),
  ],
  "pass a set with images": [() => kit.evaluate(tinyModel(), set.take(0)), () => train()],
  "pass data with images": [
    () => kit.evaluate(tinyModel(), array([])),
    () => kit.evaluate(tinyModel(), pipeline()),
  ],
  "pass one of these": [
    () => kit.evaluate(tinyModel(), wrong("set")),
    async () => {
      await kit.evaluate(tinyModel(), set);
      await kit.evaluate(tinyModel(), flow());
      await kit.evaluate(tinyModel(), pipeline());
    },
  ],
  "build the model with this inputShape, or resize the images": [
    () => train({}, tinyModel({ inputShape: [4, 4, 3] })),
    () => train({}, tinyModel({ inputShape: [8, 8, 3] })),
  ],
  "call model.compile({ optimizer, loss, metrics }) first, or build it with compile: true": [
    () => train({}, uncompiled()),
    async () => {
      const model = uncompiled();
      const loss = "sparseCategoricalCrossentropy";
      model.compile({ optimizer: kit.adam(), loss, metrics: ["accuracy"] });
      await train({}, model);
      await train({}, tinyModel({ compile: true }));
    },
  ],
  "find out where it comes from: a division by 0, or memory that was never filled": [
    () => kit.predict(tinyModel(), new Float32Array(192).fill(NaN)),
    () => kit.predict(tinyModel(), new Float32Array(192)),
  ],
  "pass all values of each image": [
    () => kit.predict(tinyModel(), images.subarray(1)),
    () => kit.predict(tinyModel(), images),
  ],
  "pass such a model": [() => kit.predict(twoEnds(2), set), () => kit.predict(twoEnds(1), set)],
  "pass such a tensor; tf.expandDims makes a batch of one image": [
    () => kit.predict(tinyModel(), tf.ones([8, 8, 3])),
    () => kit.predict(tinyModel(), tf.expandDims(tf.ones([8, 8, 3]))),
  ],
  "its weights contain NaN: go back to an earlier state of the model": [
    () => kit.predict(broken(), set),
    () => kit.predict(tinyModel(), set),
  ],
  "lower the learning rate, and go back to an earlier state of the model: its weights are no longer numbers":
    [() => train({ sampleWeight: heavy }), () => train()],
  "build the model with numClasses to match": [
    () => train({}, tinyModel({ numClasses: 4 })),
    () => train({}, tinyModel({ numClasses: 3 })),
  ],
  'compile it with loss "sparseCategoricalCrossentropy", or leave out labelSmoothing': [
    () => train({ labelSmoothing: 0.1 }, dense("softmax", "meanSquaredError")),
    async () => {
      await train({ labelSmoothing: 0.1 }, dense("softmax", "sparseCategoricalCrossentropy"));
      await train({}, dense("softmax", "meanSquaredError"));
    },
  ],
  "make the flow with a smaller batchSize, or pass dropRemainder: false": [
    () => train({ train: kit.imageFlow(set, { batchSize: 20 }), dropRemainder: true }),
    async () => {
      await train({ train: kit.imageFlow(set, { batchSize: 5 }), dropRemainder: true });
      await train({ train: kit.imageFlow(set, { batchSize: 20 }), dropRemainder: false });
    },
  ],
  "pass e.g. the train part of loadCifar10()": [() => train({ train: "cifar10" }), () => train()],
  "pass more images, a smaller batchSize, or dropRemainder: false": [
    () => train({ batchSize: 20, dropRemainder: true }),
    async () => {
      await train({ train: tinyImages(20), batchSize: 20, dropRemainder: true });
      await train({ batchSize: 6, dropRemainder: true });
      await train({ batchSize: 20, dropRemainder: false });
    },
  ],
  "pass new ImageDataGenerator({ ... }); for other augmentation pass imageFlow(...) as train": [
    () => train({ generator: kit.randomFlip() }),
    async () => {
      await train({ generator, batchSize: 4 });
      await train({ train: kit.imageFlow(set, { augmentation: kit.randomFlip() }) });
    },
  ],
  "pass the images, or the flow alone": [
    () => train({ train: flow(), generator }),
    async () => {
      await train({ train: flow() });
      await train({ generator, batchSize: 4 });
    },
  ],
  "put augmentation, batching and smoothed labels into the dataset's own pipeline": [
    () => piped({}, { generator }),
    () => piped(),
  ],
  "take fewer steps, smaller batches, or more epochs": [
    () => train({ stepsPerEpoch: 5 }),
    async () => {
      await train({ stepsPerEpoch: 1 });
      await train({ stepsPerEpoch: 5, batchSize: 2 });
    },
  ],
  "dispose it when the promise has settled; a signal ends a run early": [
    () => disposedInside(),
    async () => {
      const model = tinyModel();
      await train({}, model);
      model.dispose();
    },
  ],
  "pass an ImageSet or a Flow, or leave out checkpoint": [
    () => piped({}, { checkpoint: { store: new MemoryStore() } }),
    async () => {
      await train({ checkpoint: { store: new MemoryStore() } });
      await train({ train: flow(), checkpoint: { store: new MemoryStore() } });
      await piped();
    },
  ],
  "set trainable = true on some of its layers": [
    () => train({}, frozen(true)),
    () => train({}, frozen(false)),
  ],
  "wait for the first call, or build another model": [
    () => {
      const model = tinyModel();
      return Promise.all([train({}, model), train({}, model)]);
    },
    async () => {
      const model = tinyModel();
      await train({}, model);
      await Promise.all([train({}, model), train()]);
    },
  ],
  "pass new ImageDataGenerator({ ... })": [
    () => kit.predict(tinyModel(), set, { testTimeAugmentation: { generator: wrong({}) } }),
    () => kit.predict(tinyModel(), set, { testTimeAugmentation: { generator, views: 1 } }),
  ],
  'pass one, or testTimeAugmentation: "flip"': [
    () => kit.predict(tinyModel(), images, { testTimeAugmentation: { generator } }),
    async () => {
      await kit.predict(tinyModel(), set, { testTimeAugmentation: { generator, views: 1 } });
      await kit.predict(tinyModel(), images, { testTimeAugmentation: "flip" });
    },
  ],
  "pass the flow itself as train to trainPhase, which learns from the mixed labels": [
    () => kit.toDataset(kit.imageFlow(set, { mix: kit.mixup() })).toArray(),
    () => train({ train: kit.imageFlow(set, { mix: kit.mixup() }) }),
  ],
  "pass them to flow() instead": [
    () => kit.toDataset(generator.flow(set), { batchSize: 2 }),
    () => kit.toDataset(generator.flow(set, { batchSize: 2 })),
  ],
  "pass new AbortController().signal": [
    () => train({ signal: {} }),
    () => train({ signal: new AbortController().signal }),
  ],
  "pass e.g. [10, 10]": [() => twoPhase({ epochs: 10 }), () => twoPhase({ epochs: [1, 0] })],
  "pass more images or a smaller batchSize": [
    () => twoPhase({ batchSize: 32 }),
    async () => {
      await twoPhase({ train: tinyImages(32), batchSize: 32 });
      await twoPhase({ batchSize: 6 });
    },
  ],
  "pass new ImageDataGenerator({ ... }), or use trainPhase for other data": [
    () => twoPhase({ augmentation: kit.randomFlip(), batchSize: 6 }),
    async () => {
      await twoPhase({ augmentation: generator, batchSize: 6 });
      await train({ train: kit.imageFlow(set, { augmentation: kit.randomFlip() }) });
    },
  ],
  "pass one, or call trainPhase with a dataset twice": [
    () => twoPhase({ train: pipeline() }),
    async () => {
      const model = tinyModel();
      await train({ train: pipeline() }, model);
      await train({ train: pipeline() }, model);
    },
  ],
  "map its elements to that form and call .batch(batchSize)": [
    () => train({ train: array([1, 2]) }),
    () =>
      train({
        train: array([0, 1, 2])
          .map((label) => ({ xs: tf.ones([8, 8, 3]), ys: tf.scalar(label as number) }))
          .batch(3),
      }),
  ],
  "pass data": [() => train({ train: array([]) }), () => piped()],
  "leave one of them out": [
    () => train({ validation: set, validationSplit: 0.5 }),
    async () => {
      await train({ validation: set });
      await train({ validationSplit: 0.5 });
    },
  ],
  "pass a Float32Array with one weight per image": [
    () => train({ sampleWeight: 2 }),
    () => train({ sampleWeight: new Float32Array(12).fill(1) }),
  ],
  "pass an ImageSet; a dataset may have weights of its own, { xs, ys, sampleWeight }": [
    () => train({ train: pipeline(), classWeight: { 0: 2 } }),
    async () => {
      await train({ classWeight: { 0: 2 } });
      await piped({ sampleWeight: tf.ones([12]) });
    },
  ],
  "pass one for each image, in the order of the set": [
    () => train({ sampleWeight: [1] }),
    () => train({ sampleWeight: Array.from(labels, () => 1) }),
  ],
  "pass { classIndex: weight }": [
    () => train({ classWeight: { red: 2 } }),
    () => train({ classWeight: { 0: 2 } }),
  ],
  "pass { classIndex: weight }; of a Map make one with Object.fromEntries": [
    () => train({ classWeight: new Map([[0, 2]]) }),
    () => train({ classWeight: Object.fromEntries(new Map([[0, 2]])) }),
  ],
  "correct the labels, or name all classes in classNames": [
    () => train({ train: flow({}, ({ ys }) => ({ ys: ys.map(() => 7) })) }),
    () => train({ train: flow() }),
  ],
  "give a row for each image, or leave targets out": [
    () => train({ train: flow({}, () => ({ targets: new Float32Array(1) })) }),
    () => train({ train: flow() }),
  ],
  "give every image in full": [
    () => train({ train: flow({}, ({ xs }) => ({ xs: xs.subarray(1) })) }),
    () => train({ train: flow() }),
  ],
  "give one class index for each image": [
    () => train({ train: flow({}, () => ({ ys: [0] })) }),
    () => train({ train: flow() }),
  ],
  "give one-hot rows or mixtures of them": [
    () => train({ train: flow({}, ({ size }) => ({ targets: new Float32Array(size * 3) })) }),
    () =>
      train({
        train: flow({}, ({ size }) => ({ targets: new Float32Array(size * 3).fill(1 / 3) })),
      }),
  ],
  "give the flow that property": [
    () => train({ train: flow({ classNames: undefined }) }),
    () => train({ train: flow({ classNames }) }),
  ],
  "let its method batch return one": [
    () => train({ train: flow({ batch: () => undefined }) }),
    () => train({ train: flow() }),
  ],
  "let length be Math.ceil(size / batchSize)": [
    () => train({ train: flow({ length: 9 }) }),
    () => train({ train: flow({ length: Math.ceil(12 / 4) }) }),
  ],
  "look for a division by 0 in the flow": [
    () => train({ train: flow({}, ({ xs }) => ({ xs: xs.map(() => 1 / 0) })) }),
    () => train({ train: flow() }),
  ],
};

/** A pipeline that may be repeated. */
interface Repeatable {
  repeat(): Repeatable;
  take(count: number): unknown;
}
/** Goes on with a run all of whose checkpoints were damaged. */
async function afterDamage(
  options: object,
  damage: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes.subarray(9),
): Promise<unknown> {
  const store = new MemoryStore();
  await train({ checkpoint: { store } });
  for (const [name, bytes] of store.files) store.files.set(name, damage(bytes));
  return train({ checkpoint: { store }, ...options });
}
/** A run in whose last moment a callback spoils the weights, or not. */
function spoilt(isSpoilt: boolean): Promise<unknown> {
  const model = tinyModel();
  const onEpochEnd = (): void => {
    if (isSpoilt) model.setWeights(model.getWeights().map(({ shape }) => tf.fill(shape, NaN)));
  };
  return train({ checkpoint: { store: new MemoryStore() }, callbacks: [{ onEpochEnd }] }, model);
}
/** Goes on with a run that was interrupted in its second epoch, in which it had a callback with a state. */
const halving = (): Callback => kit.learningRateScheduler((_, rate) => rate / 2);
const tenth = (): Callback => kit.learningRateScheduler(() => 0.1);
async function goOnWith(options: object, first = kit.earlyStopping()): Promise<unknown> {
  const checkpoint = { store: new MemoryStore() };
  const signal = new AbortController();
  const stop: Callback = {
    onEpochBegin: (epoch) => {
      if (epoch === 1) signal.abort(new Error("interrupted"));
    },
  };
  const callbacks = [first, stop];
  await train({ ...{ epochs: 3, checkpoint, callbacks }, signal: signal.signal }).catch(
    () => undefined,
  );
  return train({ epochs: 3, checkpoint, ...options });
}
function unknownLength(): unknown {
  // After a filter nobody knows how many are left.
  return kit.toDataset(set).filter(() => true);
}
const saving = (): object => ({
  callbacks: [kit.modelCheckpoint({ filepath: "a", save: () => undefined })],
});
const twoChannels = (): LayersModel =>
  sequential({
    layers: [
      layers.flatten({ inputShape: [2, 2, 2] }),
      layers.dense({ units: 3, activation: "softmax" }),
    ],
  });
/** With the one stock optimizer that TensorFlow.js cannot save. */
function stock(): LayersModel {
  const model = uncompiled();
  model.compile({
    optimizer: "adamax",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}
function logits(activation: "linear" | "softmax"): LayersModel {
  return compiled(
    [
      layers.flatten({ inputShape: [8, 8, 3] }),
      layers.dense({ units: 3, activation, biasInitializer: "ones", kernelInitializer: "ones" }),
    ],
    "sparseCategoricalCrossentropy",
  );
}
function twoEnds(ends: 1 | 2): LayersModel {
  const image = input({ shape: [8, 8, 3] });
  const flat = layers.flatten().apply(image) as SymbolicTensor;
  const outputs = Array.from(
    { length: ends },
    () => layers.dense({ units: 3, activation: "softmax" }).apply(flat) as SymbolicTensor,
  );
  return functional({ inputs: image, outputs });
}
function disposedInside(): Promise<unknown> {
  const model = tinyModel();
  return kit.trainPhase(model, {
    ...{ train: set, verbose: 0, epochs: 2, batchSize: 4 },
    callbacks: [
      {
        onBatchBegin: (batch) => {
          if (batch === 1) model.dispose();
        },
      },
    ],
  });
}

const MEMORY = "needs data larger than the memory";

export const untried: Untried = {
  "choose a smaller batchSize": MEMORY,
  "pass fewer images at a time": MEMORY,
  "train a smaller model, or leave checkpoint out": MEMORY,
  "pass a classifier":
    "needs a model whose outputs change their number: its shape is asked before, and tried above",
  "the file is damaged or not a checkpoint: go back to an earlier one":
    "needs forged files: test/train/checkpoint/format.test.ts",
  "the checkpoint was taken of another model: build that one, or start anew":
    "needs forged files: test/train/checkpoint/format.test.ts",
  'begin anew with resume: "never"':
    "needs forged files: test/train/checkpoint/run-checkpoints.test.ts",
};

/**
 * Every optimizer across every border: saved by `model.save`, loaded by `loadModel` and by plain
 * TensorFlow.js, kept in a checkpoint. The next step is the one that would have been made without.
 */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { adam, adamW, loadModel, sgd, withKerasLayers } from "cifar-kit";
import { modelInternals } from "../../src/model/internals.ts";
import { withKerasLoss } from "../../src/model/loss.ts";
import {
  readOptimizerState,
  writeOptimizerState,
} from "../../src/model/optimizers/optimizer-state.ts";
import { useBackend } from "../helpers/backends.ts";
import { artifactsOf } from "../helpers/artifacts.ts";

let x: tf.Tensor;
let y: tf.Tensor;
beforeAll(async () => {
  await useBackend("cpu");
  // Inputs so small that gradients come near to epsilon.
  x = tf.tidy(() => tf.mul(tf.randomUniform([12, 5], -1, 1, "float32", 1), 1e-3));
  y = tf.oneHot([0, 1, 2, 0, 1, 2, 0, 1, 2, 2, 2, 2], 3);
});

const STOCK: Record<string, () => tf.Optimizer> = {
  sgd: () => new tf.SGDOptimizer(0.05),
  momentum: () => new tf.MomentumOptimizer(0.05, 0.9),
  "momentum, Nesterov": () => new tf.MomentumOptimizer(0.05, 0.9, true),
  "momentum, rate 0": () => new tf.MomentumOptimizer(0, 0.9),
  rmsprop: () => new tf.RMSPropOptimizer(0.01),
  "rmsprop, momentum": () => new tf.RMSPropOptimizer(0.01, 0.9, 0.8, 1e-6),
  adam: () => new tf.AdamOptimizer(0.01, 0.9, 0.999, 1e-6),
  adagrad: () => new tf.AdagradOptimizer(0.05, 0.2),
  adadelta: () => new tf.AdadeltaOptimizer(0.5, 0.9, 1e-6),
};

/** TensorFlow.js saves this one nowhere, and gives NaN for tiny gradients with the other. */
const ONLY_IN_CHECKPOINTS: Record<string, () => tf.Optimizer> = {
  adamax: () => new tf.AdamaxOptimizer(0.01, 0.9, 0.999, 1e-7, 0.01),
  "rmsprop, centered": () => new tf.RMSPropOptimizer(0.001, 0.9, 0.5, 1e-12, true),
};

/** With options that plain TensorFlow.js has. */
const PORTABLE: Record<string, () => tf.Optimizer> = {
  "our sgd": () => sgd({ learningRate: 0.05 }),
  "our sgd, momentum": () => sgd({ learningRate: 0.05, momentum: 0.9 }),
  "our sgd, Nesterov": () => sgd({ learningRate: 0.03, momentum: 0.9, nesterov: true }),
  "our adam": () => adam({ learningRate: 0.01 }),
  "our adam, large epsilon": () => adam({ learningRate: 0.01, epsilon: 1e-4, beta2: 0.9 }),
};

/** With options that only this library has. */
const OWN: Record<string, () => tf.Optimizer> = {
  "our sgd, rate 0": () => sgd({ learningRate: 0, momentum: 0.9 }),
  "our sgd, decay, clipping": () => sgd({ weightDecay: 0.1, clipNorm: 1e-3, momentum: 0.5 }),
  "our sgd, accumulation": () => sgd({ gradientAccumulationSteps: 2 }),
  "our sgd, momentum, accumulation": () => sgd({ gradientAccumulationSteps: 2, momentum: 0.9 }),
  "our adam, accumulation": () => adam({ gradientAccumulationSteps: 2 }),
  "our adam, clipping": () => adam({ clipValue: 1e-4 }),
  "our adam, global clipping": () => adam({ globalClipNorm: 1e-4 }),
  "our adamW": () => adamW({ weightDecay: 0.3, excludeFromWeightDecay: ["bias"] }),
};

function compiled(optimizer: tf.Optimizer): tfl.LayersModel {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({
        inputShape: [5],
        units: 4,
        kernelInitializer: tfl.initializers.glorotNormal({ seed: 3 }),
      }),
      tfl.layers.dense({
        units: 3,
        activation: "softmax",
        kernelInitializer: tfl.initializers.glorotNormal({ seed: 4 }),
      }),
    ],
  });
  model.compile({ optimizer, loss: "categoricalCrossentropy" });
  return model;
}

async function steps(model: tfl.LayersModel, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await model.trainOnBatch(x, y);
}

const weightsOf = (model: tfl.LayersModel): number[] =>
  model.getWeights().flatMap((w) => [...w.dataSync()]);

/** What a step changes. */
async function nextStep(model: tfl.LayersModel, count = 1): Promise<number[]> {
  const before = weightsOf(model);
  await steps(model, count);
  return weightsOf(model).map((weight, i) => weight - before[i]);
}

/** Equal but for the rounding of weights and of a few operations. */
function expectSameStep(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  actual.forEach((change, i) => {
    expect(Math.abs(change - expected[i])).toBeLessThanOrEqual(1e-3 * largest + 3e-7);
  });
}

const dispose = (...models: tfl.LayersModel[]): void => {
  for (const model of models) {
    model.optimizer.dispose();
    model.dispose();
  }
};

describe.each([3, 4])("after %i steps the next one is the same", (count) => {
  it.each(Object.keys({ ...STOCK, ...PORTABLE }))("in plain TensorFlow.js for %s", async (name) => {
    const model = compiled({ ...STOCK, ...PORTABLE }[name]());
    await steps(model, count);
    const loaded = await tfl.loadLayersModel(tf.io.fromMemory(await artifactsOf(model)));
    expectSameStep(await nextStep(loaded), await nextStep(model));
    dispose(model, loaded);
  });

  it.each(Object.keys({ ...STOCK, ...PORTABLE, ...OWN }))(
    "in a model of loadModel for %s",
    async (name) => {
      const model = compiled({ ...STOCK, ...PORTABLE, ...OWN }[name]());
      await steps(model, count);
      const loaded = await loadModel(tf.io.fromMemory(await artifactsOf(model)));
      expect(loaded.optimizer.getConfig()).toEqual(model.optimizer.getConfig());
      expectSameStep(await nextStep(loaded, 2), await nextStep(model, 2));
      dispose(model, loaded);
    },
  );

  it.each(Object.keys({ ...PORTABLE, ...OWN }))(
    "to the bit in a model of loadModel for %s, also when saved again before it",
    async (name) => {
      // As loadModel gives them: another way through the softmax rounds otherwise.
      const model = withKerasLoss(withKerasLayers(compiled({ ...PORTABLE, ...OWN }[name]())));
      await steps(model, count);
      const once = await loadModel(tf.io.fromMemory(await artifactsOf(model)));
      const twice = await loadModel(tf.io.fromMemory(await artifactsOf(once)));
      const expected = await nextStep(model, 3);
      expect(await nextStep(twice, 3)).toEqual(expected);
      expect(await nextStep(once, 3)).toEqual(expected);
      dispose(model, once, twice);
    },
  );

  it.each(Object.keys({ ...STOCK, ...PORTABLE, ...OWN, ...ONLY_IN_CHECKPOINTS }))(
    "to the bit after a checkpoint of %s, and leaves no tensor",
    async (name) => {
      const make = { ...STOCK, ...PORTABLE, ...OWN, ...ONLY_IN_CHECKPOINTS }[name];
      const [model, resumed] = [compiled(make()), compiled(make())];
      await steps(model, count);
      await steps(resumed, 1);
      resumed.setWeights(model.getWeights());
      const before = tf.memory().numTensors;
      const state = await readOptimizerState(modelInternals(model).optimizer!);
      await writeOptimizerState("test", modelInternals(resumed).optimizer!, state);
      expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
      expect(await nextStep(resumed, 3)).toEqual(await nextStep(model, 3));
      expect(tf.memory().numTensors).toBe(before);
      dispose(model, resumed);
    },
  );
});

describe("velocity", () => {
  it("comes home from a plain TensorFlow.js that went on with it", async () => {
    const model = compiled(sgd({ learningRate: 0.05, momentum: 0.9 }));
    await steps(model, 3);
    const abroad = await tfl.loadLayersModel(tf.io.fromMemory(await artifactsOf(model)));
    await steps(abroad, 2);
    await steps(model, 2);
    const home = await loadModel(tf.io.fromMemory(await artifactsOf(abroad)));
    expectSameStep(await nextStep(home), await nextStep(model));
    dispose(model, abroad, home);
  });

  it("of TensorFlow.js follows a later learning rate as it does there", async () => {
    const model = compiled(new tf.MomentumOptimizer(0.05, 0.9));
    await steps(model, 3);
    const loaded = await loadModel(tf.io.fromMemory(await artifactsOf(model)));
    for (const { optimizer } of [model, loaded]) {
      (optimizer as tf.MomentumOptimizer).setLearningRate(0.001);
    }
    expectSameStep(await nextStep(loaded), await nextStep(model));
    dispose(model, loaded);
  });

  it("of ours is converted at the learning rate of the moment", async () => {
    const model = compiled(sgd({ learningRate: 0.05, momentum: 0.9 }));
    await steps(model, 3);
    (model.optimizer as tf.Optimizer & { learningRate: number }).learningRate = 0.002;
    const loaded = await tfl.loadLayersModel(tf.io.fromMemory(await artifactsOf(model)));
    expectSameStep(await nextStep(loaded), await nextStep(model));
    dispose(model, loaded);
  });

  it("of TensorFlow.js's optimizer is taken over by setWeights", async () => {
    const [stock, own] = [
      compiled(new tf.MomentumOptimizer(0.05, 0.9)),
      compiled(sgd({ learningRate: 0.05, momentum: 0.9 })),
    ];
    await steps(stock, 3);
    own.setWeights(stock.getWeights());
    await own.optimizer.setWeights(await stock.optimizer.getWeights());
    expectSameStep(await nextStep(own), await nextStep(stock));
    dispose(stock, own);
  });
});

describe("saving a model with its optimizer", () => {
  it.each(Object.keys({ ...PORTABLE, ...OWN }))("leaves no tensor: %s", async (name) => {
    const model = compiled({ ...PORTABLE, ...OWN }[name]());
    await steps(model, 3);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) await artifactsOf(model);
    expect(tf.memory().numTensors).toBe(before);
    dispose(model);
  });

  it.each(Object.keys(STOCK))("leaves no tensor after loadModel: %s", async (name) => {
    const saved = compiled(STOCK[name]());
    await steps(saved, 3);
    const artifacts = await artifactsOf(saved);
    dispose(saved);
    const before = tf.memory().numTensors;
    const model = await loadModel(tf.io.fromMemory(artifacts));
    const loaded = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) await artifactsOf(model);
    expect(tf.memory().numTensors).toBe(loaded);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

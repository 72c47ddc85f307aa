/** What a step says that cannot be made, and what it leaves. */
import * as tf from "@tensorflow/tfjs-core";
import { layers as L, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import { adam, ArgumentError, trainPhase, TrainingError, type TrainPhaseOptions } from "cifar-kit";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages } from "../helpers/tiny.ts";

type Compute = (yTrue: tf.Tensor, yPred: tf.Tensor) => unknown;

beforeAll(() => useBackend("cpu"));
const open: LayersModel[] = [];
afterEach(() => {
  for (const model of open.splice(0)) model.dispose();
});

function compiled(
  loss: string | Compute,
  metrics: Compute[] = [],
  optimizer: string | tf.Optimizer = "sgd",
): LayersModel {
  const layers = [
    L.flatten({ inputShape: [8, 8, 3] }),
    L.dense({ units: 3, kernelInitializer: "zeros" }),
    L.batchNormalization(),
    L.activation({ activation: "softmax" }),
  ];
  const model = sequential({ layers });
  layers[2].trainable = false;
  model.compile({ optimizer, loss, metrics } as never);
  open.push(model);
  return model;
}
const CROSS_ENTROPY = "sparseCategoricalCrossentropy";

const train = (model: LayersModel, options: Partial<TrainPhaseOptions> = {}) =>
  trainPhase(model, { train: tinyImages(12), batchSize: 3, epochs: 1, verbose: 0, ...options });

/** The squared error of each class of each sample. */
const squares: Compute = (yTrue, yPred) =>
  tf.squaredDifference(tf.oneHot(tf.cast(tf.reshape(yTrue, [-1]), "int32"), 3), yPred);

const NO_NUMBERS: Record<string, Compute> = {
  null: () => null,
  undefined: () => undefined,
  0.5: () => 0.5,
  '"x"': () => "x",
  "[1]": () => [1],
  "a Promise": (...args) => Promise.resolve(squares(...args)),
  "[a Tensor]": (...args) => [squares(...args)],
  "a Tensor": () => tf.tensor(["text"]),
};

describe("a loss or a metric of the user's own", () => {
  it.each(Object.entries(NO_NUMBERS))("is refused if it returns %s", async (got, compute) => {
    for (const [what, model] of [
      ["loss", compiled(compute)],
      ["metric", compiled(CROSS_ENTROPY, [compute])],
    ] as const) {
      const before = tf.memory().numTensors;
      const refused = train(model);
      await expect(refused).rejects.toThrow(ArgumentError);
      await expect(refused).rejects.toThrow(
        `compile: expected the ${what} to return a tensor of numbers, got ${got} from `,
      );
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  it.each<[string, Compute]>([
    ["does not look at the model", () => tf.scalar(1)],
    ["goes through what has no gradient", (_, yPred) => tf.greater(yPred, 0.5)],
  ])("is refused if it %s", async (_, loss) => {
    const refused = train(compiled(loss));
    await expect(refused).rejects.toThrow(ArgumentError);
    await expect(refused).rejects.toThrow(/expected a loss that has a gradient, got "Cannot/);
  });

  it("throws what it throws, and leaves no tensor", async () => {
    const model = compiled((_, yPred) => {
      tf.exp(yPred);
      throw new TypeError("mine");
    });
    const before = tf.memory().numTensors;
    await expect(train(model)).rejects.toThrow(new TypeError("mine"));
    expect(tf.memory().numTensors).toBe(before);
  });

  it("may return several numbers for a sample: their mean is multiplied by its weight", async () => {
    const sampleWeight = Float32Array.from({ length: 12 }, (_, i) => i);
    const single: Compute = (...args) => tf.mean(squares(...args) as tf.Tensor, 1);
    const [several, one] = [compiled(squares), compiled(single)];
    const histories = [several, one].map((model) => train(model, { sampleWeight }));
    const losses = (await Promise.all(histories)).map(({ loss }) => loss[0]);
    expect(losses[0]).toBe(losses[1]);
    expect(several.getWeights()[0].dataSync()).toEqual(one.getWeights()[0].dataSync());
  });
});

describe("a callback in mid-run", () => {
  const FROZEN = /the same layers to train .* some frozen or thawed meanwhile/;
  const changes: [string, (model: LayersModel) => void, RegExp][] = [
    ["freezes the model", (model) => (model.trainable = false), FROZEN],
    [
      "freezes every layer",
      ({ layers }) => {
        for (const layer of layers) layer.trainable = false;
      },
      FROZEN,
    ],
    ["freezes one layer", ({ layers }) => (layers[1].trainable = false), FROZEN],
    ["thaws one layer", ({ layers }) => (layers[2].trainable = true), FROZEN],
    [
      "compiles the model anew",
      (model) => {
        model.compile({ optimizer: model.optimizer, loss: CROSS_ENTROPY });
      },
      /got one compiled anew meanwhile/,
    ],
    [
      "disposes the optimizer",
      ({ optimizer }) => {
        optimizer.dispose();
      },
      /the optimizer to live .* disposed meanwhile/,
    ],
  ];
  it.each(changes)("is told that it %s", async (what, change, message) => {
    for (const optimizer of ["sgd", "adam", adam()]) {
      const own = typeof optimizer !== "string";
      if (own && what === "disposes the optimizer") continue;
      const model = compiled(CROSS_ENTROPY, [], optimizer);
      let changed = false;
      const onBatchEnd = (): void => {
        if (!changed) change(model);
        changed = true;
      };
      const refused = train(model, { callbacks: [{ onBatchEnd }] });
      await expect(refused).rejects.toThrow(TrainingError);
      await expect(refused).rejects.toThrow(message);
    }
  });

  it("may set the weights: the next step goes on from them", async () => {
    const model = compiled(CROSS_ENTROPY);
    const zeros = model.getWeights().map((weight) => tf.zerosLike(weight));
    const onBatchEnd = (): void => {
      model.setWeights(zeros);
    };
    const { loss } = await train(model, { callbacks: [{ onBatchEnd }] });
    tf.dispose(zeros);
    expect(loss[0]).toBeCloseTo(Math.log(3), 6);
  });
});

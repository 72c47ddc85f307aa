/** What a model is compiled with, in training, validation and evaluation: the same for the same labels. */
import * as tf from "@tensorflow/tfjs-core";
import * as tfd from "@tensorflow/tfjs-data";
import {
  layers as L,
  type LayersModel,
  metrics as stock,
  sequential,
} from "@tensorflow/tfjs-layers";
import {
  evaluate,
  findLearningRate,
  mixup,
  pipeline,
  sgd,
  trainPhase,
  type TrainPhaseOptions,
} from "cifar-kit";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages } from "../helpers/tiny.ts";
import { MemoryStore } from "./checkpoint/memory-store.ts";

type Compute = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor;
type Named = string | Compute;

beforeAll(() => useBackend("cpu"));
const open: LayersModel[] = [];
afterEach(() => {
  for (const model of open.splice(0)) model.dispose();
});

const set = tinyImages(12);
const SPARSE = "sparseCategoricalCrossentropy";
const mixed = pipeline({ mix: mixup() });

/** A classifier whose learning rate is 0, so that training measures what evaluation does. */
function compiled(loss: Named, metrics: readonly Named[]): LayersModel {
  const model = sequential({
    layers: [L.flatten({ inputShape: [8, 8, 3] }), L.dense({ units: 3, activation: "softmax" })],
  });
  const size = 192 * 3;
  model.setWeights([
    tf.tensor2d(
      Float32Array.from({ length: size }, (_, i) => Math.sin(i) / 4),
      [192, 3],
    ),
    tf.zeros([3]),
  ]);
  model.compile({ optimizer: sgd({ learningRate: 0 }), loss, metrics } as never);
  open.push(model);
  return model;
}

const train = (model: LayersModel, options: Partial<TrainPhaseOptions> = {}) =>
  trainPhase(model, { train: set, batchSize: 4, epochs: 1, verbose: 0, ...options });

/** The cross-entropy of indices, as somebody writes it who knows no rows. */
const own: Compute = (yTrue, yPred) => {
  const rows = tf.oneHot(tf.cast(tf.reshape(yTrue, [yTrue.size]), "int32"), 3);
  return tf.neg(tf.sum(tf.mul(rows, tf.log(yPred)), -1));
};
const constant = (value: number, name: string): Compute =>
  Object.defineProperty((_, yPred) => tf.fill([yPred.shape[0]], value), "name", {
    value: name,
  });

describe("a metric", () => {
  it.each<[string, Named]>([
    ["a loss of one's own on indices", own],
    ["binaryCrossentropy with several outputs", "binaryCrossentropy"],
    ["meanSquaredError", "meanSquaredError"],
    [SPARSE, SPARSE],
  ])("named accuracy counts the right ones, as in Keras: with %s", async (_, loss) => {
    const model = compiled(loss, ["accuracy"]);
    const { accuracy, yTrue, yPred } = await evaluate(model, set);
    expect(accuracy).toBe(yTrue.filter((label, i) => label === yPred[i]).length / 12);
    const history = await train(model, { validation: set });
    expect(history.accuracy[0]).toBeCloseTo(accuracy, 6);
    expect(history.valAccuracy[0]).toBe(accuracy);
  });

  it.each<[string, Named, Named]>([
    ["mse of indices", SPARSE, "mse"],
    ["mse as a function", SPARSE, stock.meanSquaredError],
    ["crossentropy", SPARSE, "crossentropy"],
    ["a sparse accuracy of rows", "categoricalCrossentropy", stock.sparseCategoricalAccuracy],
    ["a sparse cross-entropy of rows", "categoricalCrossentropy", SPARSE],
    ["a sparse cross-entropy beside mse", "meanSquaredError", SPARSE],
    ["mse beside a loss of one's own", own, "mse"],
    ["one's own beside a loss of one's own", own, own],
  ])("gets labels of its form: %s", async (_, loss, metric) => {
    const model = compiled(loss, [metric]);
    const { metrics } = await evaluate(model, set);
    const [[name, value]] = Object.entries(metrics);
    expect(value).toBeGreaterThan(0);
    const history = await train(model, { validation: set });
    expect(history.metrics[name][0]).toBeCloseTo(value, 5);
    expect(history.metrics[`val_${name}`][0]).toBeCloseTo(value, 5);
    if (loss !== own && metric !== own) await train(model, { augmentation: mixed });
  });

  it("sees the plain labels where the loss sees smoothed ones, as in Keras", async () => {
    for (const loss of [SPARSE, "categoricalCrossentropy"]) {
      const model = compiled(loss, ["mse", stock.sparseCategoricalAccuracy]);
      const { metrics, loss: plain, probabilities } = await evaluate(model, set);
      const history = await train(model, { labelSmoothing: 0.3 });
      for (const [name, value] of Object.entries(metrics)) {
        expect(history.metrics[name][0]).toBeCloseTo(value, 5);
      }
      const logs = probabilities.reduce((sum, p) => sum + Math.log(p), 0);
      expect(history.loss[0]).toBeCloseTo(0.7 * plain - (0.3 / 3) * (logs / 12), 4);
    }
  });

  it("has a name of its own, whatever it is called", async () => {
    const names = ["topk", "topk", "accuracy", "val_loss", "loss", "val_topk"];
    const model = compiled(SPARSE, ["accuracy", ...names.map((name, i) => constant(i + 1, name))]);
    const values = [1, 2, 3, 4, 5, 6];
    const unique = ["topk", "topk_1", "accuracy_1", "val_loss_1", "loss_2", "val_topk_2"];
    const expected = Object.fromEntries(unique.map((name, i) => [name, values[i]]));
    const evaluation = await evaluate(model, set);
    expect(evaluation.metrics).toEqual(expected);
    const { loss, metrics, valLoss } = await train(model, { validation: set });
    expect(loss[0]).toBeCloseTo(evaluation.loss, 5);
    expect(valLoss[0]).toBe(evaluation.loss);
    for (const [name, value] of Object.entries(expected)) {
      expect(metrics[name]).toEqual([value]);
      expect(metrics[`val_${name}`]).toEqual([value]);
    }
  });

  it("has a name also if it is a function without one", async () => {
    const nameless = [1, 2].map((value) => constant(value, ""));
    const model = compiled(SPARSE, nameless);
    expect((await evaluate(model, set)).metrics).toEqual({ metric: 1, metric_1: 2 });
    const { metrics } = await train(model, { validation: set });
    expect(metrics).toEqual({ metric: [1], val_metric: [1], metric_1: [2], val_metric_1: [2] });
  });

  it("may be NaN: only a loss that is ends the run", async () => {
    const model = compiled(SPARSE, [constant(NaN, "nan")]);
    const checkpoint = { store: new MemoryStore(), everySteps: 1 };
    const { metrics, loss } = await train(model, { checkpoint, epochs: 2 });
    expect(loss.every(Number.isFinite)).toBe(true);
    expect(metrics).toEqual({ nan: [NaN, NaN] });
    model.compile({ optimizer: "sgd", loss: SPARSE, metrics: [constant(NaN, "nan")] });
    expect(
      (await findLearningRate(model, { train: set, batchSize: 4, steps: 5 })).losses,
    ).toHaveLength(5);
  });

  it.each<[string, Named, Named[]]>([
    ["loss", own, []],
    ["metric", SPARSE, [own]],
  ])(
    "or a loss that takes indices only says so of mixed images: %s",
    async (what, loss, metrics) => {
      const model = compiled(loss, metrics);
      const before = tf.memory().numTensors;
      const refused = train(model, { augmentation: mixed });
      await expect(refused).rejects.toThrow(
        `compile: expected a ${what} that takes rows of probabilities, which mixed images have for labels`,
      );
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it("that returns no numbers is refused in evaluation, too", async () => {
    const model = compiled(SPARSE, [(() => 0.5) as never]);
    await expect(evaluate(model, set)).rejects.toThrow(/the metric to return a tensor of numbers/);
  });
});

it("weights of samples stay with their batches where others have none", async () => {
  const model = compiled(SPARSE, []);
  const batch = (from: number, weight?: number): tf.TensorContainer => ({
    xs: tf.tensor4d(
      Float32Array.from(set.images.subarray(from * 192, (from + 3) * 192), (v) => v / 255),
      [3, 8, 8, 3],
    ),
    ys: tf.tensor1d([...set.labels.subarray(from, from + 3)]),
    ...(weight && { sampleWeight: tf.fill([3], weight) }),
  });
  const lossOf = async (...batches: [number, number?][]): Promise<number> => {
    const data = tfd.generator(function* () {
      for (const one of batches) yield batch(...one);
    } as never);
    return (await evaluate(model, data)).loss;
  };
  const [first, second] = [await lossOf([0]), await lossOf([3])];
  expect(await lossOf([0], [3, 5])).toBeCloseTo((first + 5 * second) / 2, 5);
  expect(await lossOf([3, 5], [0])).toBeCloseTo((first + 5 * second) / 2, 5);
});

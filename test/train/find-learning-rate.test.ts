import { memory } from "@tensorflow/tfjs-core";
import { train as optimizers } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { findLearningRate, learningRateFinder, trainPhase } from "../../src/train/index.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { fakeContext } from "./callbacks/fake-context.ts";

beforeAll(() => useBackend("wasm"));

describe("learningRateFinder", () => {
  it("raises the learning rate by equal factors and recovers each batch's loss", async () => {
    const context = fakeContext({ learningRate: 0.3 });
    const finder = learningRateFinder({ minLearningRate: 1, maxLearningRate: 16, steps: 5 });
    finder.setContext?.(context);
    const losses = [8, 7, 4, 2, 3];
    // Three batches an epoch: the running mean begins anew.
    for (const epoch of [0, 1]) {
      await finder.onEpochBegin?.(epoch);
      let sum = 0;
      for (const [batch, loss] of losses.slice(3 * epoch, 3 * epoch + 3).entries()) {
        await finder.onBatchBegin?.(batch);
        sum += loss;
        await finder.onBatchEnd?.(batch, { loss: sum / (batch + 1) });
      }
    }
    expect(context.isStopped).toBe(true);
    const { learningRates, losses: seen, smoothedLosses } = finder.range;
    learningRates.forEach((rate, i) => {
      expect(rate).toBeCloseTo(2 ** i, 12);
    });
    seen.forEach((loss, i) => {
      expect(loss).toBeCloseTo(losses[i], 12);
    });
    expect(smoothedLosses[0]).toBeCloseTo(8, 12);
    expect(smoothedLosses[1]).toBeCloseTo((0.9 * 8 + 7) / 1.9, 12);
    await finder.onRunEnd?.();
    expect(context.learningRate).toBe(0.3);
  });

  it("suggests the learning rate at which the loss falls fastest", async () => {
    const options = { minLearningRate: 1, maxLearningRate: 16, steps: 5, smoothing: 0 };
    const finder = learningRateFinder(options);
    finder.setContext?.(fakeContext());
    for (const loss of [8, 7, 4, 2, 3]) {
      await finder.onEpochBegin?.(0);
      await finder.onBatchBegin?.(0);
      await finder.onBatchEnd?.(0, { loss });
    }
    expect(finder.range.suggestion).toBeCloseTo(4, 12);
    expect(learningRateFinder().range.suggestion).toBeUndefined();
  });

  it("stops when the loss diverges or is no number", async () => {
    for (const last of [50, NaN, Infinity]) {
      const context = fakeContext();
      const finder = learningRateFinder({ smoothing: 0 });
      finder.setContext?.(context);
      for (const loss of [3, 2, last]) {
        expect(context.isStopped).toBe(false);
        await finder.onEpochBegin?.(0);
        await finder.onBatchBegin?.(0);
        await finder.onBatchEnd?.(0, { loss });
      }
      expect(context.isStopped).toBe(true);
    }
  });

  it("refuses options out of range", () => {
    expect(() => learningRateFinder({ minLearningRate: 0 })).toThrow(/minLearningRate to be/);
    expect(() => learningRateFinder({ maxLearningRate: 1e-9 })).toThrow(/to be above/);
    expect(() => learningRateFinder({ steps: 1 })).toThrow(/steps to be a whole number/);
    expect(() => learningRateFinder({ stopFactor: 1 })).toThrow(/stopFactor to be/);
  });
});

describe("findLearningRate", () => {
  it("leaves model, optimizer and learning rate as they were", async () => {
    const train = tinyImages(40);
    const options = { train, epochs: 1, batchSize: 8, verbose: 0 } as const;
    const histories = [];
    for (const searches of [false, true]) {
      const model = tinyModel({ seed: 5 });
      await trainPhase(model, options);
      const before = memory().numTensors;
      if (searches) {
        const range = await findLearningRate(model, { train, batchSize: 8, steps: 30 });
        expect(range.losses.length).toBeGreaterThan(10);
        expect(range.learningRates[0]).toBeCloseTo(1e-7, 15);
        expect(memory().numTensors).toBe(before);
      }
      const { loss, accuracy } = await trainPhase(model, options);
      histories.push({ loss, accuracy, weights: model.getWeights().map((w) => w.dataSync()) });
      model.dispose();
    }
    expect(histories[1]).toEqual(histories[0]);
  });

  it("puts back the state of the layers that are left after some were frozen", async () => {
    const train = tinyImages(40);
    const options = { train, epochs: 1, batchSize: 8, verbose: 0 } as const;
    const weights = [];
    for (const searches of [false, true]) {
      const model = tinyModel({ seed: 5 });
      await trainPhase(model, options);
      model.layers.find(({ name }) => name === "conv2d")!.trainable = false;
      if (searches) await findLearningRate(model, { train, batchSize: 8, steps: 5 });
      await trainPhase(model, options);
      weights.push(model.getWeights().map((w) => w.dataSync()));
      model.dispose();
    }
    expect(weights[1]).toEqual(weights[0]);
  });

  it("works with the optimizers of TensorFlow.js", async () => {
    for (const optimizer of [optimizers.adam(), optimizers.sgd(0.1), optimizers.rmsprop(0.1)]) {
      const model = tinyModel({ compile: false });
      model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
      const range = await findLearningRate(model, {
        train: tinyImages(24),
        batchSize: 8,
        steps: 5,
      });
      expect(range.losses.length).toBeGreaterThan(0);
      model.dispose();
    }
  });
});

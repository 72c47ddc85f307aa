import { memory, train as optimizers } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { valley } from "../../src/train/callbacks/valley.ts";
import { findLearningRate, learningRateFinder, trainPhase } from "../../src/train/index.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { fakeRun, hooksOf } from "./callbacks/fake-run.ts";
import { expectToLearn, NETWORKS } from "./suggested-rate.ts";

beforeAll(() => useBackend("wasm"));

describe("learningRateFinder", () => {
  it("raises the learning rate by equal factors and recovers each batch's loss", async () => {
    const context = fakeRun({ learningRate: 0.3 });
    const finder = learningRateFinder({ minLearningRate: 1, maxLearningRate: 16, steps: 5 });
    const hooks = hooksOf(finder, context);
    await hooks.onTrainBegin();
    const losses = [8, 7, 4, 2, 3];
    // Three batches an epoch: the running mean begins anew.
    for (const epoch of [0, 1]) {
      await hooks.onEpochBegin(epoch);
      let sum = 0;
      for (const [batch, loss] of losses.slice(3 * epoch, 3 * epoch + 3).entries()) {
        await hooks.onBatchBegin(batch);
        sum += loss;
        await hooks.onBatchEnd(batch, { loss: sum / (batch + 1) });
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
    await hooks.onRunEnd();
    expect(context.learningRate).toBe(0.3);
  });

  it("suggests a learning rate on the way down the smoothed losses", async () => {
    const finder = learningRateFinder({ minLearningRate: 1, maxLearningRate: 2 ** 19, steps: 20 });
    const hooks = hooksOf(finder, fakeRun());
    await hooks.onTrainBegin();
    for (let step = 0; step < 20; step++) {
      await hooks.onEpochBegin(0);
      await hooks.onBatchBegin(0);
      await hooks.onBatchEnd(0, { loss: step < 15 ? 3 - step / 10 : 2 });
    }
    const { suggestion, learningRates, smoothedLosses } = finder.range;
    expect(learningRates).toContain(suggestion);
    expect(suggestion).toBe(learningRates[valley(smoothedLosses)!]);
    expect(learningRateFinder().range.suggestion).toBeUndefined();
  });

  it("stops when the loss diverges or is no number", async () => {
    for (const last of [50, NaN, Infinity]) {
      const context = fakeRun();
      const finder = learningRateFinder({ smoothing: 0 });
      const hooks = hooksOf(finder, context);
      await hooks.onTrainBegin();
      for (const loss of [3, 2, last]) {
        expect(context.isStopped).toBe(false);
        await hooks.onEpochBegin(0);
        await hooks.onBatchBegin(0);
        await hooks.onBatchEnd(0, { loss });
      }
      expect(context.isStopped).toBe(true);
    }
  });

  it("refuses options out of range", () => {
    expect(() => learningRateFinder({ minLearningRate: 0 })).toThrow(/minLearningRate to be/);
    expect(() => learningRateFinder({ maxLearningRate: 1e-9 })).toThrow(/to be above/);
    expect(() => learningRateFinder({ steps: 1 })).toThrow(/steps to be a whole number/);
    expect(() => learningRateFinder({ steps: 1e12 })).toThrow(/steps .* in \[2, 100000\]/);
    expect(() => learningRateFinder({ stopFactor: 1 })).toThrow(/stopFactor to be/);
  });
});

describe("the suggestion", () => {
  it.each(Object.entries(NETWORKS))("for %s is a rate with which it learns", (_, build) =>
    expectToLearn(build, 0),
  );
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

describe("findLearningRate of too few images", () => {
  it("speaks in its own name, of options that it has", async () => {
    const few = { train: tinyImages(5), steps: 5 };
    await expect(findLearningRate(tinyModel(), few)).rejects.toThrow(
      /^findLearningRate: expected at least 32 .*; pass more images or a smaller batchSize\.$/,
    );
  });
});

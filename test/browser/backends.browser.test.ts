import * as tf from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, it } from "vitest";
import {
  classificationReport,
  classNamesOf,
  evaluate,
  loadModel,
  modelSummary,
  predict,
  trainPhase,
  trainTwoPhase,
} from "cifar-kit";
import goldens from "../fixtures/reliability/state-hashes.json" with { type: "json" };
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { hashOf } from "../reliability/small-run.ts";
import { useBackend } from "./backends.ts";

const BACKENDS = ["cpu", "simd", "wasm", "webgl", "webgpu"];
const train = tinyImages(24);

/** The losses of three steps of a seeded network, dropout included. */
async function threeLosses(): Promise<number[]> {
  const model = tinyModel({ seed: 5, dropoutRate: 0.2 });
  const losses: number[] = [];
  const callback = {
    readEvery: 1,
    onBatchEnd(step: number, { loss }: Record<string, number>): void {
      // The running mean, taken apart again.
      const sum = losses.reduce((total, value) => total + value, 0);
      losses.push(loss * (step + 1) - sum);
    },
  };
  try {
    await trainPhase(model, {
      ...{ train, batchSize: 8, epochs: 1, seed: 2, verbose: 0 },
      callbacks: [callback],
    });
  } finally {
    model.dispose();
  }
  return losses;
}

const losses = new Map<string, number[]>();

describe.each(BACKENDS)("on %s in a browser", (name) => {
  it("gives the losses of the cpu backend in three seeded steps", async () => {
    await useBackend(name);
    const actual = await threeLosses();
    losses.set(name, actual);
    const wanted = losses.get("cpu")!;
    expect(actual).toHaveLength(3);
    actual.forEach((loss, step) => {
      expect(Math.abs(loss / wanted[step] - 1), `step ${step + 1}`).toBeLessThan(1e-4);
    });
  });

  it("trains both phases, evaluates, predicts, saves and loads, and gives back its tensors", async () => {
    await useBackend(name);
    const before = tf.memory().numTensors;
    const model = tinyModel({ for: train, seed: 1, filters: [2], denseUnits: 4 });
    expect(modelSummary(model)).toContain("Total params");
    const history = await trainTwoPhase(model, {
      ...{ train, validation: train, batchSize: 8, epochs: [1, 1], seed: 1, verbose: 0 },
    });
    expect(history.all.loss.every(Number.isFinite)).toBe(true);
    const { yTrue, yPred, probabilities } = await evaluate(model, train);
    const { targetNames } = { targetNames: train.classNames };
    expect(String(classificationReport(yTrue, yPred, { targetNames }))).toContain("accuracy");
    await model.save("indexeddb://tiny", { includeOptimizer: true });
    const loaded = await loadModel("indexeddb://tiny");
    const again = await predict(loaded, train);
    expect(again.probabilities).toEqual(probabilities);
    expect(loaded.optimizer.iterations).toBe(6);
    expect(classNamesOf(loaded)).toEqual(train.classNames);
    model.dispose();
    loaded.dispose();
    await tf.io.removeModel("indexeddb://tiny");
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("the simd backend in a browser, without relaxed SIMD", () => {
  afterEach(() => tf.setBackend("cpu"));

  it("ends the small run with the state that Node ends with", async () => {
    await useBackend("simd");
    expect((await hashOf()).hash).toBe(goldens.smallRun);
  });
});

/** TensorFlow.js's own optimizers, whose update is one kernel on the simd backend. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { trainPhase, withKerasLayers } from "cifar-kit";
import { withFusedUpdate } from "../../src/model/optimizers/fused-update.ts";
import { readOptimizerState } from "../../src/model/optimizers/optimizer-state.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, twins } from "../helpers/tiny.ts";
import { numbers } from "../simd/backends.ts";

const OPTIMIZERS: readonly [string, () => tf.Optimizer][] = [
  ["sgd", () => tf.train.sgd(0.1)],
  ["momentum", () => tf.train.momentum(0.1, 0.9)],
  ["Nesterov's momentum", () => tf.train.momentum(0.1, 0.9, true)],
  ["adam", () => tf.train.adam(0.1)],
  ["adamax", () => tf.train.adamax(0.1, 0.8, 0.9, undefined, 0.25)],
  ["rmsprop", () => tf.train.rmsprop(0.1)],
  ["rmsprop with momentum", () => tf.train.rmsprop(0.1, 0.8, 0.5, 1e-3)],
  ["centered rmsprop", () => tf.train.rmsprop(0.1, 0.8, 0.5, 1e-3, true)],
  ["adagrad", () => tf.train.adagrad(0.1, 0.2)],
  ["adadelta", () => tf.train.adadelta(0.7)],
];

/** Below, at and above a vector and a task's block. */
const SIZES = [1, 3, 4, 5, 16_384, 16_389];
const STEPS = 4;

/** Weights and state after some steps with these gradients; the kernels that the last one ran. */
async function trained(
  make: () => tf.Optimizer,
): Promise<{ state: Float32Array[]; kernels: string[] }> {
  const optimizer = make();
  withFusedUpdate(optimizer);
  const variables = SIZES.map((size, i) => tf.variable(tf.tensor1d(numbers(size, i))));
  let kernels: string[] = [];
  for (let step = 0; step < STEPS; step++) {
    const gradients = variables.map(({ name }, i) => {
      const values = numbers(SIZES[i], 10 * step + i);
      if (i === 1) values[1] = 0;
      if (i === 4) values.set([NaN, Infinity, -0, 1e-30, 1e30], 7);
      return { name, tensor: tf.tensor1d(values) };
    });
    // One without a gradient.
    if (step === 2) gradients[2].tensor = null as never;
    const { kernelNames } = await tf.profile(() => {
      optimizer.applyGradients(gradients);
      return tf.scalar(0);
    });
    kernels = kernelNames;
    tf.dispose(gradients.map(({ tensor }) => tensor).filter(Boolean));
  }
  const weights = variables.map((variable) => variable.dataSync<"float32">());
  const slots = await readOptimizerState(optimizer);
  tf.dispose(variables);
  optimizer.dispose();
  return { state: [...weights, ...slots.map(({ values }) => values as Float32Array)], kernels };
}

describe("TensorFlow.js's optimizers", () => {
  beforeAll(() => useBackend("simd"));

  it.each(OPTIMIZERS)("%s: one kernel updates all variables to the same bits", async (_, make) => {
    await tf.setBackend("cpu");
    const wanted = await trained(make);
    await tf.setBackend("simd");
    const { state, kernels } = await trained(make);
    expect(kernels).toContain("StockUpdate");
    // The other kernels are of numbers, not of variables.
    expect(kernels.filter((name) => name === "Sqrt" || name === "Square")).toEqual([]);
    expect(state).toEqual(wanted.state);
  });

  it.each(["rmsprop", "adagrad", "adamax", "adadelta", "sgd", "adam"])(
    "%s by its name trains a user's own model in one kernel a step",
    async (optimizer) => {
      const model = twins("other");
      model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
      const calls = vi.spyOn(tf.engine(), "runKernel");
      await trainPhase(model, { train: tinyImages(12), batchSize: 4, epochs: 2, verbose: 0 });
      const updates = calls.mock.calls.filter(([name]) => name === "StockUpdate");
      calls.mockRestore();
      // The first step of one that keeps state is its own, which makes the state.
      expect(updates.length).toBe(optimizer === "sgd" ? 6 : 5);
      model.dispose();
    },
  );

  it("of a model with Keras's layers is one kernel in model.fit, too", async () => {
    const model = twins("other");
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    withKerasLayers(model);
    const [x, y] = [tf.zeros([4, 8, 8, 3]), tf.zeros([4, 3])];
    const calls = vi.spyOn(tf.engine(), "runKernel");
    await model.fit(x, y, { epochs: 2, verbose: 0 });
    expect(calls.mock.calls.filter(([name]) => name === "StockUpdate").length).toBe(2);
    calls.mockRestore();
    tf.dispose([x, y]);
    model.dispose();
  });

  it("leaves a class that only inherits from one alone", () => {
    class Halved extends tf.AdamOptimizer {
      override applyGradients(): void {
        this.incrementIterations();
      }
    }
    const optimizer = new Halved(0.1, 0.9, 0.999);
    withFusedUpdate(optimizer);
    expect(Object.hasOwn(optimizer, "applyGradients")).toBe(false);
    optimizer.dispose();
  });
});

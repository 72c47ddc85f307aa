/** Layer normalisation against Keras in float64 (test/fixtures/model), and where it stays the stock layer's. */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { withKerasLayers } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { numbers } from "../simd/backends.ts";

interface Case {
  readonly shape: number[];
  readonly axis: number | number[];
  readonly options: object;
  readonly x: number[];
  readonly dy: number[];
  readonly weights: number[][];
  readonly y: number[];
  readonly dx: number[];
  readonly dweights: number[][];
}

const { cases } = JSON.parse(
  readFileSync(
    new URL("../fixtures/model/layer-normalization.keras.json", import.meta.url),
    "utf8",
  ),
) as { cases: Case[] };

interface Result {
  /** y, dx, then the gradients of the weights. */
  readonly values: readonly Float32Array[];
  readonly kernels: readonly string[];
}

/** The layer's output, and the gradients of sum(y dy). */
function computed({ shape, axis, options, x, dy, weights }: Omit<Case, "y">): Result {
  const layer = tfl.layers.layerNormalization({ axis, ...options });
  const input = tfl.input({ shape: shape.slice(1) });
  const model = tfl.model({ inputs: input, outputs: layer.apply(input) as tfl.SymbolicTensor });
  withKerasLayers(model);
  layer.setWeights(
    weights.map((values, i) => tf.tensor(values, layer.weights[i].shape as number[])),
  );
  const runKernel = vi.spyOn(tf.engine(), "runKernel");
  const values = tf.tidy(() => {
    const run = (given: tf.Tensor): tf.Tensor => layer.apply(given) as tf.Tensor;
    const given = tf.tensor(x, shape);
    const change = tf.tensor(dy, shape);
    const loss = (): tf.Scalar => tf.sum(tf.mul(run(given), change));
    const dx = tf.grad((at: tf.Tensor) => tf.sum(tf.mul(run(at), change)))(given);
    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const grads = variables.length === 0 ? {} : tf.variableGrads(loss, variables).grads;
    const dweights = variables.map(({ name }) => grads[name]);
    return [run(given), dx, ...dweights].map((tensor) => tensor.dataSync<"float32">());
  });
  const kernels = runKernel.mock.calls.map(([name]) => name);
  runKernel.mockRestore();
  model.dispose();
  return { values, kernels };
}

function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, atol = 2e-6): void {
  expect(actual.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    // Sums are in float64: what is left are the roundings of results and weights.
    expect(Math.abs(actual[i] - wanted[i])).toBeLessThan(atol + 1e-6 * Math.abs(wanted[i]));
  }
}

describe("LayerNormalization", () => {
  beforeAll(() => useBackend("simd"));

  it.each(cases)("of $shape along $axis, $options, is Keras's, with its gradients", (one) => {
    const { values, kernels } = computed(one);
    // A middle axis is the stock layer's, which sums in float32.
    const isFused = String(one.axis) !== "1";
    expect(kernels.includes("LayerNormalization")).toBe(isFused);
    const wanted = [one.y, one.dx, ...one.dweights];
    expect(values.length).toBe(wanted.length);
    wanted.forEach((numbersOf, i) => {
      expectClose(values[i], numbersOf, isFused ? undefined : 1e-5);
    });
  });

  it.each([1, 3, 4, 5, 15, 16, 17, 33, 8195])(
    "has rows of %i values, and many of them",
    async (n) => {
      const rows = n === 8195 ? 3 : 700;
      const one = {
        shape: [rows, n],
        axis: -1,
        options: {},
        x: [...numbers(rows * n, 1)],
        dy: [...numbers(rows * n, 2)],
        weights: [[...numbers(n, 3)], [...numbers(n, 4)]],
        ...{ dx: [], dweights: [] },
      };
      await tf.setBackend("cpu");
      const wanted = computed(one);
      await tf.setBackend("simd");
      const { values } = computed(one);
      // The cpu backend's float32, up to 30 times as large where a row's values are alike; sums of 700 rows.
      wanted.values.forEach((array, i) => {
        expectClose(values[i], array, i < 2 ? 1e-4 : 1e-3);
      });
    },
  );

  it("keeps its precision where the mean is ten thousand times the deviation", () => {
    const x = [...numbers(4096, 1)].map((value) => Math.fround(10_000 + value));
    const one = { shape: [1, 4096], axis: -1, options: { scale: false, center: false } };
    const given = { ...one, x, dy: x, weights: [], dx: [], dweights: [] };
    const mean = x.reduce((sum, value) => sum + value, 0) / 4096;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4096;
    const wanted = x.map((value) => (value - mean) / Math.sqrt(variance + 1e-3));
    expectClose(computed(given).values[0], wanted);
  });
});

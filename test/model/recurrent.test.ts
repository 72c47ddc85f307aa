/** Recurrent layers in one kernel on the simd backend, against the stock layers on "cpu". */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { withKerasLayers } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { numbers } from "../simd/backends.ts";

type Kind = "lstm" | "gru" | "simpleRNN";
const KINDS: readonly Kind[] = ["lstm", "gru", "simpleRNN"];
const KERNELS = { lstm: "LstmSequence", gru: "GruSequence", simpleRNN: "SimpleRnnSequence" };

interface Result {
  readonly values: readonly Float32Array[];
  /** How often each kernel ran. */
  readonly calls: ReadonlyMap<string, number>;
}

/** Some steps of training of a model on a backend: its losses, weights, and outputs afterwards. */
async function trainedOn(
  backend: string,
  build: () => tfl.LayersModel,
  x: () => tf.Tensor | tf.Tensor[],
  steps: number,
): Promise<Result> {
  await tf.setBackend(backend);
  const model = withKerasLayers(build());
  model.weights.forEach((weight, i) => {
    const size = tf.util.sizeFromShape(weight.shape as number[]);
    const values = numbers(size, i).map((value) => value * 0.25);
    weight.write(tf.tensor(values, weight.shape as number[]));
  });
  model.compile({ optimizer: tf.train.sgd(0.2), loss: "meanSquaredError" });
  const inputs = x();
  const outputs = model.predict(inputs, { batchSize: 64 });
  const targets = [outputs].flat().map((y, i) => tf.tensor(numbers(y.size, 50 + i), y.shape));
  const runKernel = vi.spyOn(tf.engine(), "runKernel");
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    losses.push([await model.trainOnBatch(inputs, targets)].flat()[0]);
  }
  const after = [model.predict(inputs, { batchSize: 64 })].flat();
  const calls = new Map<string, number>();
  for (const [name] of runKernel.mock.calls) calls.set(name, (calls.get(name) ?? 0) + 1);
  runKernel.mockRestore();
  const values = [
    Float32Array.from(losses),
    ...after.map((y) => y.dataSync<"float32">()),
    ...model.getWeights().map((weight) => weight.dataSync<"float32">()),
  ];
  tf.dispose([inputs, outputs, targets, after]);
  model.dispose();
  return { values, calls };
}

async function expectSame(
  build: () => tfl.LayersModel,
  x: () => tf.Tensor | tf.Tensor[],
  steps = 4,
): Promise<Result> {
  const wanted = await trainedOn("cpu", build, x, steps);
  const actual = await trainedOn("simd", build, x, steps);
  expect(actual.values.length).toBe(wanted.values.length);
  wanted.values.forEach((values, i) => {
    // All are of the size of 1; steps add up what the sums' last bits differ in.
    values.forEach((value, j) => {
      expect(Math.abs(actual.values[i][j] - value)).toBeLessThan(1e-5);
    });
  });
  return actual;
}

/** The default one needs operations as methods of tensors, which the whole of TensorFlow.js adds. */
const INITIAL = { recurrentInitializer: "glorotUniform" };

const recurrent = (kind: Kind, options: object): tfl.layers.RNN => {
  const make = tfl.layers[kind] as (options: object) => tfl.layers.RNN;
  return make({ ...INITIAL, ...options });
};

const sequences = (shape: [number, number, number]) => (): tf.Tensor3D =>
  tf.tensor3d(numbers(tf.util.sizeFromShape(shape), 9), shape);

describe.each(KINDS)("%s", (kind) => {
  beforeAll(() => useBackend("simd"));

  const sequential =
    (options: object, [, steps, features]: number[]) =>
    (): tfl.LayersModel =>
      tfl.sequential({
        layers: [recurrent(kind, { inputShape: [steps, features], ...options })],
      });

  it.each([
    [1, 1, 1, 1],
    [2, 3, 5, 3],
    [3, 5, 1, 4],
    [9, 2, 4, 5],
    [4, 7, 3, 17],
    [33, 3, 2, 64],
  ])(
    "of %i sequences of %i steps of %i features to %i units trains as on cpu",
    async (...sizes) => {
      const [rows, steps, features, units] = sizes;
      const shape: [number, number, number] = [rows, steps, features];
      const { calls } = await expectSame(sequential({ units }, shape), sequences(shape));
      // Four steps of training, then one prediction.
      expect(calls.get(KERNELS[kind])).toBe(5);
      expect(calls.get(`${KERNELS[kind]}Grad`)).toBe(4);
      expect(calls.get("Tanh")).toBeUndefined();
    },
  );

  it.each([
    { returnSequences: true },
    { goBackwards: true },
    { goBackwards: true, returnSequences: true },
    { useBias: false },
    { activation: "relu", recurrentActivation: "sigmoid" },
    { activation: "linear" },
    { activation: "sigmoid", recurrentActivation: "relu" },
    { kernelRegularizer: "l1l2", recurrentConstraint: "nonNeg" },
  ])("with %o trains as on cpu", async (options) => {
    const shape: [number, number, number] = [3, 4, 5];
    const { calls } = await expectSame(
      sequential({ units: 6, ...options }, shape),
      sequences(shape),
    );
    expect(calls.get(KERNELS[kind])).toBe(5);
  });

  it("gives its states, and takes them, with gradients of both", async () => {
    const build = (): tfl.LayersModel => {
      const input = tfl.input({ shape: [4, 5] });
      const [, ...states] = recurrent(kind, { units: 6, returnState: true }).apply(
        input,
      ) as tfl.SymbolicTensor[];
      const decoder = recurrent(kind, { units: 6, returnSequences: true });
      const outputs = decoder.apply([input, ...states]);
      return tfl.model({ inputs: input, outputs: outputs as tfl.SymbolicTensor });
    };
    const { calls } = await expectSame(build, sequences([3, 4, 5]));
    // tfjs-layers computes the first layer anew for each of its outputs that the second takes.
    expect(calls.get(KERNELS[kind])).toBe(5 * (kind === "lstm" ? 3 : 2));
  });

  it("works in both directions, as a cell, and as cells above each other", async () => {
    const cell = (units: number): tfl.layers.RNNCell => {
      const make = tfl.layers[`${kind}Cell`] as (options: object) => tfl.layers.RNNCell;
      return make({ ...INITIAL, units });
    };
    const build = (): tfl.LayersModel =>
      tfl.sequential({
        layers: [
          tfl.layers.bidirectional({
            layer: recurrent(kind, { units: 3, returnSequences: true }),
            inputShape: [4, 5],
          }),
          tfl.layers.rnn({ cell: cell(4), returnSequences: true }),
          tfl.layers.rnn({ cell: [cell(5), cell(2)] }),
        ],
      });
    const { calls } = await expectSame(build, sequences([3, 4, 5]));
    // Both directions, one sequence, and twice four steps, in each of five passes.
    expect(calls.get(KERNELS[kind])).toBe(5 * (2 + 1 + 8));
  });

  it("goes step by step where a mask, a state that lives on or dropout needs it", async () => {
    const masked = (): tfl.LayersModel =>
      tfl.sequential({
        layers: [
          tfl.layers.embedding({ inputDim: 6, outputDim: 5, inputLength: 4, maskZero: true }),
          recurrent(kind, { units: 3 }),
        ],
      });
    const words = (): tf.Tensor => tf.tensor2d([1, 2, 0, 0, 3, 0, 5, 1], [2, 4]);
    const { calls } = await expectSame(masked, words);
    expect(calls.get(KERNELS[kind])).toBe(5 * 4);

    const stateful = (): tfl.LayersModel =>
      tfl.sequential({
        layers: [recurrent(kind, { units: 3, stateful: true, batchInputShape: [2, 4, 5] })],
      });
    await expectSame(stateful, sequences([2, 4, 5]));

    await tf.setBackend("simd");
    const dropping = withKerasLayers(sequential({ units: 3, dropout: 0.5 }, [2, 4, 5])());
    const x = sequences([2, 4, 5])();
    const runKernel = vi.spyOn(tf.engine(), "runKernel");
    tf.tidy(() => void dropping.apply(x, { training: true }));
    const inTraining = runKernel.mock.calls.map(([name]) => name);
    runKernel.mockClear();
    tf.tidy(() => dropping.predict(x));
    const inUse = runKernel.mock.calls.map(([name]) => name);
    runKernel.mockRestore();
    expect(inTraining).not.toContain(KERNELS[kind]);
    expect(inUse).toContain(KERNELS[kind]);
    x.dispose();
    dropping.dispose();
  });
});

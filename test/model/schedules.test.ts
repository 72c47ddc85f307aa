/** Learning rates by the step, and groups of weights, as the optimizers follow them. */
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import {
  adam,
  type AdamOptions,
  cosineDecay,
  DataError,
  findLearningRate,
  learningRateFinder,
  learningRateScheduler,
  linearSchedule,
  oneCycle,
  loadModel,
  reduceLROnPlateau,
  sgd,
  type SgdOptions,
  stateHash,
  trainPhase,
  trainTwoPhase,
} from "cifar-kit";
import { artifactsOf } from "../helpers/artifacts.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel, twins } from "../helpers/tiny.ts";

beforeAll(() => useBackend("cpu"));

const train = tinyImages(16);
/** The settings of an optimizer in a file. */
interface Saved {
  readonly config: { readonly cifarKit: object };
}

const QUIET = { train, batchSize: 8, verbose: 0 } as const;

function compiled(optimizer: tf.Optimizer): LayersModel {
  const model = tinyModel({ filters: [2], denseUnits: 4 });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
  return model;
}

const rateOf = (model: LayersModel): number =>
  (model.optimizer as tf.Optimizer & { learningRate: number }).learningRate;

/** The learning rate of each step of a run. */
async function ratesOf(model: LayersModel, epochs: number): Promise<number[]> {
  const rates: number[] = [];
  const onBatchBegin = (_: number, __: object, run: { learningRate: number }): void =>
    void rates.push(run.learningRate);
  await trainPhase(model, { ...QUIET, epochs, callbacks: [{ onBatchBegin }] });
  return rates;
}

describe("linearSchedule", () => {
  it("rises to its top and falls to its end, where it stays", () => {
    const rate = linearSchedule({ from: 1, to: 0.1, warmup: 0.25, warmupFrom: 0.5, steps: 8 });
    const rates = Array.from({ length: 10 }, (_, step) => rate(step));
    const fall = (step: number): number => 1 - 0.9 * ((step - 2) / 6);
    expect(rates).toEqual([0.5, 0.75, 1, ...[3, 4, 5, 6, 7].map(fall), 0.1, 0.1]);
  });

  it("has no warm-up by default", () => {
    const rate = linearSchedule({ from: 1, to: 0 });
    expect([0, 1, 2, 3, 4].map((step) => rate(step, 4))).toEqual([1, 0.75, 0.5, 0.25, 0]);
  });

  it("begins its warm-up before the run is known", () => {
    expect(linearSchedule({ from: 1, to: 0, warmup: 0.5 })(0)).toBe(0);
    expect(linearSchedule({ from: 1, to: 0 })(0)).toBe(1);
  });
});

describe("a schedule of the optimizer", () => {
  const falling = linearSchedule({ from: 1, to: 0 });

  it("goes by the steps of the run, of all phases together", async () => {
    const model = compiled(sgd({ learningRate: falling }));
    expect(await ratesOf(model, 2)).toEqual([1, 0.75, 0.5, 0.25]);
    expect(rateOf(model)).toBe(0);
    const phases = compiled(sgd({ learningRate: (step, steps) => 1 - step / steps }));
    await trainTwoPhase(phases, { ...QUIET, epochs: [1, 1] });
    expect(rateOf(phases)).toBe(0);
    [model, phases].forEach((one) => {
      one.dispose();
    });
  });

  it("counts the optimizer's steps, from run to run and between", async () => {
    const model = compiled(sgd({ learningRate: (step, steps) => 1 / (1 + step + steps) }));
    await ratesOf(model, 1);
    // 2 of 2 are done; the second run ends after 2 + 4.
    expect(await ratesOf(model, 2)).toEqual([2, 3, 4, 5].map((step) => 1 / (1 + step + 6)));
    const own = compiled(
      sgd({ learningRate: cosineDecay({ initialLearningRate: 1, decaySteps: 4 }) }),
    );
    const [x, y] = [tf.zeros([2, 8, 8, 3]), tf.tensor1d([0, 1])];
    for (const expected of [1, 0.5 * (1 + Math.SQRT1_2), 0.5]) {
      expect(rateOf(own)).toBeCloseTo(expected, 12);
      await own.trainOnBatch(x, y);
    }
    tf.dispose([x, y]);
    [model, own].forEach((one) => {
      one.dispose();
    });
  });

  it("makes the steps that its numbers make", async () => {
    const [scheduled, set] = [compiled(sgd({ learningRate: falling })), compiled(sgd())];
    let step = 0;
    const onBatchBegin = (_: number, __: object, run: { learningRate: number }): void => {
      run.learningRate = 1 - step++ / 4;
    };
    await trainPhase(scheduled, { ...QUIET, epochs: 2 });
    await trainPhase(set, { ...QUIET, epochs: 2, callbacks: [{ onBatchBegin }] });
    expect(scheduled.getWeights().map((w) => w.dataSync())).toEqual(
      set.getWeights().map((w) => w.dataSync()),
    );
    [scheduled, set].forEach((one) => {
      one.dispose();
    });
  });

  it("is refused outside a run, where it has to know how long one is", async () => {
    const model = compiled(sgd({ learningRate: falling }));
    const [x, y] = [tf.zeros([2, 8, 8, 3]), tf.tensor1d([0, 1])];
    expect(rateOf(model)).toBe(1);
    const { numTensors } = tf.memory();
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(
      "sgd: expected a run whose number of steps is known, by which the learning rate goes, got a " +
        "step of none; give the schedule its length: decaySteps, steps or totalSteps; or train with " +
        "trainPhase or train.",
    );
    // TensorFlow.js itself leaves the labels, which it has made floats.
    expect(tf.memory().numTensors).toBeLessThanOrEqual(numTensors + 1);
    tf.dispose([x, y]);
    model.dispose();
  });

  it("is refused before the first step of a run that goes on when it is over", async () => {
    const short = linearSchedule({ from: 0.1, to: 0, steps: 3 });
    const bias = { weights: /bias$/, learningRate: short };
    const wrong = [
      { learningRate: cosineDecay({ initialLearningRate: 1, decaySteps: 2 }) },
      { learningRate: (step: number) => Math.max(0, 2 - step) },
      { groups: [{ ...bias, learningRate: linearSchedule({ from: 0.1, to: 0, steps: 2 }) }] },
    ];
    for (const options of wrong) {
      const model = compiled(sgd(options));
      await expect(trainPhase(model, { ...QUIET, epochs: 2 })).rejects.toThrow(
        /for all steps until the run's end, 0 to 3, got one that gives 0 from step 2 on/,
      );
      expect(model.optimizer.iterations).toBe(0);
      model.dispose();
    }
    const model = compiled(sgd({ learningRate: short, groups: [{ ...bias, steps: 3 }] }));
    await trainPhase(model, { ...QUIET, epochs: 2 });
    await expect(trainPhase(model, { ...QUIET, epochs: 1 })).rejects.toThrow(/4 to 5, got one/);
    model.dispose();
  });

  it("may be a table, of which no step is asked that is not made", async () => {
    const table = [0.5, 0.25, 0.125, 0];
    const model = compiled(sgd({ learningRate: (step) => table[step] }));
    const [x, y] = [tf.zeros([2, 8, 8, 3]), tf.tensor1d([0, 1])];
    for (const rate of table.slice(0, 3)) {
      expect(rateOf(model)).toBe(rate);
      await model.trainOnBatch(x, y);
    }
    tf.dispose([x, y]);
    model.dispose();
  });

  it("cannot be set, and callbacks that would are refused before the first step", async () => {
    const model = compiled(adam({ learningRate: falling }));
    const before = await stateHash(model);
    expect(
      () => ((model.optimizer as unknown as { learningRate: number }).learningRate = 1),
    ).toThrow(/adam: expected an optimizer whose learning rate can be set/);
    for (const callback of [
      reduceLROnPlateau(),
      learningRateScheduler(() => 1),
      learningRateFinder(),
    ]) {
      await expect(
        trainPhase(model, { ...QUIET, epochs: 1, callbacks: [callback] }),
      ).rejects.toThrow(/: expected an optimizer whose learning rate can be set, got/);
    }
    await expect(findLearningRate(model, { train, batchSize: 8 })).rejects.toThrow(/schedule/);
    expect(await stateHash(model)).toBe(before);
    model.dispose();
  });

  it("has to give numbers of at least 0", async () => {
    for (const wrong of [-1, NaN, "0.1", Promise.resolve(1)]) {
      const model = compiled(sgd({ learningRate: () => wrong as number }));
      await expect(trainPhase(model, { ...QUIET, epochs: 1 })).rejects.toThrow(/schedule/);
      model.dispose();
    }
  });
});

describe("a saved optimizer", () => {
  const KINDS: Record<string, () => tf.Optimizer> = {
    "a schedule of the whole run": () =>
      adam({ learningRate: linearSchedule({ from: 0.1, to: 0 }) }),
    "groups, coupled decay": () =>
      sgd({
        ...{ momentum: 0.9, weightDecay: 0.1, decoupledWeightDecay: false },
        groups: [
          { weights: /bias$/i, learningRate: linearSchedule({ from: 0.1, to: 0 }), weightDecay: 0 },
          { weights: /^dense/, weightDecay: 0.2 },
        ],
      }),
  };

  it.each<[string, object]>([
    ["a rate that is none", { learningRate: null }],
    ["a schedule without options", { learningRate: { kind: "cosineDecay" } }],
    ["another kind of schedule", { learningRate: { kind: "toString", options: {} } }],
    ["no groups", { groups: null }],
    ["a group that is none", { groups: [null] }],
    ["a pattern that is none", { groups: [{ weights: { pattern: "(", flags: "" } }] }],
    ["another rule", { optimizer: "toString" }],
    ["an end of the run that is none", { runEnd: "x" }],
    ["an end before the beginning", { runEnd: -5 }],
  ])("is refused as damaged with %s, and nothing is left", async (_, damage) => {
    const model = compiled(adam({ learningRate: linearSchedule({ from: 0.1, to: 0 }) }));
    const saved = await artifactsOf(model);
    const text = JSON.stringify(saved.trainingConfig);
    const trainingConfig = JSON.parse(text) as tf.io.TrainingConfig;
    const { cifarKit } = (trainingConfig.optimizer_config as unknown as Saved).config;
    Object.assign(cifarKit, damage);
    const { numTensors } = tf.memory();
    await expect(loadModel(tf.io.fromMemory({ ...saved, trainingConfig }))).rejects.toThrow(
      DataError,
    );
    expect(tf.memory().numTensors).toBe(numTensors);
    model.dispose();
  });

  it.each(Object.keys(KINDS))("comes back whole: %s", async (kind) => {
    const model = compiled(KINDS[kind]());
    await trainPhase(model, { ...QUIET, epochs: 1 });
    const loaded = await loadModel(tf.io.fromMemory(await artifactsOf(model)));
    expect(loaded.optimizer.getConfig()).toEqual(model.optimizer.getConfig());
    for (const one of [model, loaded]) {
      await trainPhase(one, { ...QUIET, epochs: 2, initialEpoch: 1 });
    }
    expect(await stateHash(loaded)).toBe(await stateHash(model));
    [model, loaded].forEach((one) => {
      one.dispose();
    });
  });

  it.each<[string, AdamOptions]>([
    ["learningRate", { learningRate: () => 0.1 }],
    [
      "learningRate",
      { learningRate: Object.assign(() => 0.1, { toJSON: () => ({ kind: "mine", options: {} }) }) },
    ],
    // Not even under the name, or with the properties, of one of the library's.
    [
      "learningRate",
      {
        learningRate: Object.assign(() => 0.1, {
          toJSON: () => ({ kind: "cosineDecay", options: { from: 1 } }),
        }),
      },
    ],
    ["learningRate", { learningRate: Object.assign(() => 0.1, oneCycle({ maxLearningRate: 1 })) }],
    ["weights", { groups: [{ weights: () => true, weightDecay: 0 }] }],
  ])("cannot hold functions of one's own: %s (%#)", async (name, options) => {
    const model = compiled(adam(options));
    await expect(artifactsOf(model)).rejects.toThrow(
      new RegExp(`adam: expected ${name} that a model's file can hold`),
    );
    await artifactsOf(model, false);
    model.dispose();
  });
});

describe("groups of weights", () => {
  /** What one step takes from each weight whose gradient is 1, at a value of 1. */
  function changes(optimizer: tf.Optimizer): Record<string, number> {
    const names = ["conv2d/kernel", "conv2d/bias", "dense/kernel"];
    const variables = names.map((name) => tf.tensor1d([1]).variable(true, name));
    tf.tidy(() => {
      optimizer.applyGradients(names.map((name) => ({ name, tensor: tf.tensor1d([1]) })));
    });
    const result = Object.fromEntries(
      variables.map((variable) => [variable.name, 1 - variable.dataSync()[0]]),
    );
    tf.dispose(variables);
    optimizer.dispose();
    return result;
  }

  it("take weights by their layers' names, of which two may have the same", async () => {
    const model = twins();
    const groups = [{ weights: /^dense\/bias$/, learningRate: 1 }];
    model.compile({
      optimizer: sgd({ learningRate: 0, groups }),
      loss: "sparseCategoricalCrossentropy",
    });
    const read = (): string[] => model.getWeights().map((weight) => String(weight.dataSync()));
    const before = read();
    await trainPhase(model, { train: tinyImages(4), epochs: 1, verbose: 0 });
    expect(read().map((weight, i) => weight !== before[i])).toEqual([false, true, false, true]);
    model.dispose();
    model.optimizer.dispose();
  });

  it("have a rate and a decay of their own; the first one that takes a weight has it", () => {
    const options: SgdOptions = {
      ...{ learningRate: 0.5, weightDecay: 0.25, excludeFromWeightDecay: ["bias"] },
      groups: [
        { weights: /bias/, learningRate: 0.125 },
        { weights: (name) => name.startsWith("conv2d"), weightDecay: 0 },
      ],
    };
    expect(changes(sgd(options))).toEqual({
      "conv2d/kernel": 0.5,
      "conv2d/bias": 0.125,
      "dense/kernel": 0.5 + 0.5 * 0.25,
    });
    expect(changes(sgd({ ...options, decoupledWeightDecay: false, weightDecay: 0.5 }))).toEqual({
      "conv2d/kernel": 0.5,
      "conv2d/bias": 0.125,
      "dense/kernel": 0.5 * (1 + 0.5),
    });
  });

  it("keep their rate when that of the optimizer is set", () => {
    const optimizer = sgd({ learningRate: 0.5, groups: [{ weights: /bias/, learningRate: 0.25 }] });
    (optimizer as tf.Optimizer & { learningRate: number }).learningRate = 0.125;
    expect(changes(optimizer)).toMatchObject({ "conv2d/kernel": 0.125, "conv2d/bias": 0.25 });
  });

  it("go by the layers' names, whichever the variables have in this process", async () => {
    const pair = [0, 1].map(() =>
      compiled(sgd({ groups: [{ weights: /\/bias$/, learningRate: 0 }] })),
    );
    for (const model of pair) {
      const biases = (): number[] => [...model.getLayer("dense_1").getWeights()[1].dataSync()];
      const before = biases();
      await trainPhase(model, { ...QUIET, epochs: 1 });
      expect(biases()).toEqual(before);
      model.dispose();
    }
  });

  it("may be of frozen layers, but not of none", async () => {
    const model = compiled(adam({ groups: [{ weights: /^dense/, weightDecay: 0.1 }] }));
    for (const layer of model.layers) layer.trainable = layer.name === "conv2d";
    await trainPhase(model, { ...QUIET, epochs: 1 });
    model.dispose();
    expect(() => compiled(adam({ groups: [{ weights: /^transformer/ }] }))).toThrow(
      /^adam: expected groups\[0\] to take some of the weights .* got none of conv2d\/kernel, /,
    );
    expect(() =>
      compiled(adam({ groups: [{ weights: /./ }, { weights: /bias$/, weightDecay: 0 }] })),
    ).toThrow(/groups\[1\]/);
  });

  it("may be frozen in TensorFlow.js's own steps", async () => {
    const model = tinyModel({ compile: false });
    for (const layer of model.layers) layer.trainable = layer.name !== "conv2d";
    const optimizer = sgd({ groups: [{ weights: /^conv2d\//, weightDecay: 0.1 }] });
    model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
    await model.trainOnBatch(tf.zeros([2, 8, 8, 3]), tf.tensor1d([0, 1]));
    expect(optimizer.iterations).toBe(1);
    model.dispose();
  });

  it.each<[object, RegExp]>([
    [{ groups: [{}] }, /groups\[0\]: expected weights to be a regular expression/],
    [{ groups: /bias/ }, /groups to be a list/],
    [{ groups: [{ weights: /a/, rate: 1 }] }, /groups\[0\]: .*unknown option "rate"/],
    [{ groups: [{ weights: /a/, weightDecay: -1 }] }, /groups\[0\]: expected weightDecay/],
    [{ groups: [{ weights: /a/, learningRate: "1" }] }, /groups\[0\]: expected learningRate/],
    [{ decoupledWeightDecay: 1 }, /decoupledWeightDecay/],
  ])("say what is wrong with them (%#)", (options, message) => {
    expect(() => sgd(options)).toThrow(message);
  });
});

/**
 * 50 steps of every optimizer against Keras and PyTorch in float64 (test/fixtures/model), then what
 * the library promises about saving, accumulating and freezing.
 */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  adam,
  adamW,
  cosineDecay,
  linearSchedule,
  loadModel,
  muon,
  oneCycle,
  sgd,
  trainPhase,
  type WeightGroup,
} from "cifar-kit";
import { artifactsOf } from "../helpers/artifacts.ts";
import { NODE_BACKENDS, useBackend } from "../helpers/backends.ts";
import { expectClose } from "../helpers/close.ts";
import { tinyImages, tinyModel, twins } from "../helpers/tiny.ts";

type Values = Record<"kernel" | "bias", number[]>;

interface Case {
  optimizer: "adam" | "adamW" | "muon" | "sgd";
  options: Record<string, unknown> & { laterRate?: number };
  oneCycle?: Parameters<typeof oneCycle>[0];
  cosineDecay?: Parameters<typeof cosineDecay>[0];
  linearSchedule?: Parameters<typeof linearSchedule>[0];
  groups?: Record<string, Omit<WeightGroup, "weights">>;
  after: Values[];
}

interface Fixture {
  start: Values;
  gradients: Values[];
  cases: Case[];
}

const SHAPES = { kernel: [3, 4], bias: [4] } as const;
const NAMES = ["kernel", "bias"] as const;
const FACTORIES = { adam, adamW, muon, sgd };

const read = (tool: string): Fixture =>
  JSON.parse(
    readFileSync(new URL(`../fixtures/model/optimizers.${tool}.json`, import.meta.url), "utf8"),
  ) as Fixture;

describe.each(NODE_BACKENDS)("optimizers on %s", (backend) => {
  beforeAll(() => useBackend(backend));
  afterEach(() => {
    tf.disposeVariables();
  });

  describe.each(["keras", "torch"])("agree with %s over 50 steps:", (tool) => {
    const { start, gradients, cases } = read(tool);

    it.each(cases.map((one) => [`${one.optimizer} ${JSON.stringify(one.options)}`, one] as const))(
      "%s",
      (
        _,
        { optimizer: kind, options: { laterRate, ...options }, after, groups = {}, ...schedules },
      ) => {
        const variables = NAMES.map((name) =>
          tf.tensor(start[name], [...SHAPES[name]]).variable(true, name),
        );
        const rate =
          (schedules.oneCycle && oneCycle(schedules.oneCycle)) ??
          (schedules.linearSchedule && linearSchedule(schedules.linearSchedule)) ??
          (schedules.cosineDecay && cosineDecay(schedules.cosineDecay));
        const optimizer = FACTORIES[kind]({
          ...options,
          ...(rate && { learningRate: rate }),
          groups: Object.entries(groups).map(([name, group]) => ({
            weights: new RegExp(`^${name}$`),
            ...group,
          })),
        }) as tf.Optimizer & { learningRate: number };
        gradients.forEach((gradient, step) => {
          if (laterRate !== undefined && step === 25) optimizer.learningRate = laterRate;
          tf.tidy(() => {
            optimizer.applyGradients(
              NAMES.map((name) => ({
                name,
                tensor: tf.tensor(gradient[name], [...SHAPES[name]]),
              })),
            );
          });
          if ((step + 1) % 10 > 0) return;
          variables.forEach((variable) => {
            const name = variable.name as (typeof NAMES)[number];
            const expected = after[(step + 1) / 10 - 1][name];
            // One rounding of float32 a step and operation, of numbers as large as the largest.
            const atol = 50 * 4 * 2 ** -24 * Math.max(1, ...expected.map(Math.abs));
            expectClose(variable.dataSync(), expected, { rtol: 0, atol, what: `${name}@${step}` });
          });
        });
        optimizer.dispose();
      },
    );
  });
});

describe("an optimizer", () => {
  beforeAll(() => useBackend("wasm"));
  const train = tinyImages(48);
  const weightsOf = (model: tfl.LayersModel): number[] =>
    model.getWeights().flatMap((w) => [...w.dataSync()]);
  const compiled = (optimizer: tf.Optimizer, seed = 3): tfl.LayersModel => {
    const model = tinyModel({ seed, compile: false });
    model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    return model;
  };
  const fit = (model: tfl.LayersModel, epochs: number, initialEpoch = 0): Promise<unknown> =>
    trainPhase(model, { train, epochs, initialEpoch, batchSize: 16, verbose: 0, seed: 2 });

  /** What Adam remembers of a layer. */
  const momentsOf = async (
    model: tfl.LayersModel,
    layer: tfl.LayersModel["layers"][number],
  ): Promise<number[][]> => {
    const names = layer.weights.map(({ originalName }) => originalName);
    const state = await model.optimizer.getWeights();
    return state
      .filter(({ name }) => names.some((own) => name.startsWith(`${own}/`)))
      .map(({ tensor }) => [...tensor.dataSync()]);
  };

  const KINDS: Record<string, () => tf.Optimizer> = {
    "adamW with weight decay, exclusions and clipping": () =>
      adamW({ weightDecay: 0.3, excludeFromWeightDecay: ["bias"], globalClipNorm: 0.5 }),
    "sgd with Nesterov momentum": () =>
      sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true, clipNorm: 1 }),
    "plain sgd": () => sgd({ learningRate: 0.05, weightDecay: 0.1 }),
    "adam that accumulates over epochs": () => adam({ gradientAccumulationSteps: 2 }),
    "sgd that accumulates over epochs": () => sgd({ gradientAccumulationSteps: 2 }),
    "muon with groups and schedules": () =>
      muon({
        learningRate: linearSchedule({ from: 0.1, to: 0, steps: 9 }),
        sgdLearningRate: cosineDecay({ initialLearningRate: 0.1, decaySteps: 9 }),
        normalizeWeights: true,
        groups: [{ weights: /dense/, rule: "sgd", learningRate: 0.02, weightDecay: 0.1 }],
      }),
  };

  it.each(Object.keys(KINDS))("is saved and loaded with all of its settings: %s", async (kind) => {
    const straight = compiled(KINDS[kind]());
    await fit(straight, 2);
    const first = compiled(KINDS[kind]());
    // Three steps: the ones that accumulate two stand in the middle of an update.
    await fit(first, 1);
    const artifacts = await artifactsOf(first);
    const second = await loadModel(tf.io.fromMemory(artifacts));
    await fit(second, 2, 1);
    expect(second.optimizer.getConfig()).toEqual(straight.optimizer.getConfig());
    expect(weightsOf(second)).toEqual(weightsOf(straight));
    const stock = await tfl.loadLayersModel(tf.io.fromMemory(artifacts));
    expect(weightsOf(stock)).toEqual(weightsOf(first));
    [straight, first, second, stock].forEach((model) => {
      model.optimizer.dispose();
      model.dispose();
    });
  });

  it("updates only every so many steps where it accumulates, with the mean gradient", async () => {
    const together = compiled(sgd({ learningRate: 0.1 }));
    const apart = compiled(sgd({ learningRate: 0.1, gradientAccumulationSteps: 3 }));
    // No dropout, no batch statistics: the gradient of 48 images is the mean of three times 16.
    for (const model of [together, apart]) {
      model.layers
        .filter((layer) => layer.getClassName() === "BatchNormalization")
        .forEach((layer) => (layer.trainable = false));
      model.layers
        .filter((layer) => layer.getClassName() === "Dropout")
        .forEach((layer) => ((layer as unknown as { rate: number }).rate = 0));
    }
    const before = weightsOf(apart);
    await trainPhase(together, { train, epochs: 1, batchSize: 48, verbose: 0 });
    await trainPhase(apart, { train, epochs: 1, batchSize: 16, verbose: 0, stepsPerEpoch: 2 });
    expect(weightsOf(apart)).toEqual(before);
    // Begins the accumulation anew: the two steps above were of other images.
    apart.optimizer.dispose();
    apart.compile({
      optimizer: sgd({ learningRate: 0.1, gradientAccumulationSteps: 3 }),
      loss: "sparseCategoricalCrossentropy",
    });
    await trainPhase(apart, { train, epochs: 1, batchSize: 16, verbose: 0 });
    expectClose(weightsOf(apart), weightsOf(together), { rtol: 1e-5, atol: 1e-6 });
    [together, apart].forEach((model) => {
      model.dispose();
    });
  });

  it("leaves frozen layers alone, gives their state up, and mixes nothing up", async () => {
    const model = compiled(adam());
    await fit(model, 1);
    const frozen = model.layers.find((layer) => layer.name === "conv2d")!;
    frozen.trainable = false;
    const before = frozen.getWeights().map((w) => [...w.dataSync()]);
    const others = weightsOf(model);
    await fit(model, 2, 1);
    expect(frozen.getWeights().map((w) => [...w.dataSync()])).toEqual(before);
    expect(weightsOf(model)).not.toEqual(others);
    frozen.trainable = true;
    await fit(model, 3, 2);
    expect(frozen.getWeights().map((w) => [...w.dataSync()])).not.toEqual(before);
    model.optimizer.dispose();
    model.dispose();
  });

  it("leaves a group as it is from its last step on", async () => {
    const model = compiled(sgd({ learningRate: 0.1, groups: [{ weights: /dense/, steps: 3 }] }));
    const head = (): number[] =>
      model.layers
        .at(-1)!
        .getWeights()
        .flatMap((w) => [...w.dataSync()]);
    const begin = head();
    await fit(model, 1);
    const [ofGroup, all] = [head(), weightsOf(model)];
    expect(ofGroup).not.toEqual(begin);
    await fit(model, 2, 1);
    expect(head()).toEqual(ofGroup);
    expect(weightsOf(model)).not.toEqual(all);
    model.optimizer.dispose();
    model.dispose();
  });

  it("is of one model: another one is refused, whether the first lives or not", async () => {
    const optimizer = adam();
    const [first, second] = [compiled(optimizer), compiled(optimizer)];
    await fit(first, 1);
    const [before, momentum] = [weightsOf(second), await momentsOf(first, first.layers.at(-1)!)];
    const refused = /^adam: expected weights of the model that the optimizer was built for, got/;
    await expect(fit(second, 1)).rejects.toThrow(refused);
    await expect(second.trainOnBatch(tf.zeros([2, 8, 8, 3]), tf.tensor1d([0, 1]))).rejects.toThrow(
      refused,
    );
    expect(() => tinyModel({ optimizer })).toThrow(refused);
    expect(weightsOf(second)).toEqual(before);
    expect(await momentsOf(first, first.layers.at(-1)!)).toEqual(momentum);
    first.dispose();
    await expect(fit(second, 1)).rejects.toThrow(refused);
    optimizer.dispose();
    second.dispose();
  });

  it("keeps the state of weights whose turn it is not, as Keras does", () => {
    const optimizer = adam({ learningRate: 0.1 });
    const [a, b] = [tf.tensor1d([1]).variable(), tf.tensor1d([1]).variable()];
    const step = (variables: tf.Variable[]) =>
      optimizer.minimize(
        () => tf.sum(tf.stack(variables.map((one) => tf.square(one)))),
        false,
        variables,
      );
    for (let turn = 0; turn < 4; turn++) {
      step([a, b]);
      step([b]);
    }
    // Of Keras 3.15: optimizer.build([a, b]), then apply with the gradients of both and of b by turns.
    expect(a.dataSync()[0]).toBeCloseTo(0.644637942314148, 4);
    expect(b.dataSync()[0]).toBeCloseTo(0.23626957833766937, 4);
    tf.dispose([a, b]);
    optimizer.dispose();
  });

  it("is refused to a model that comes back after another which shares layers with it", async () => {
    const [whole, optimizer] = [twins("other"), adam()];
    const head = tfl.layers.dense({ units: 3, activation: "softmax" });
    const classifier = tfl.sequential({ layers: [whole.layers[0], head] });
    for (const model of [whole, classifier]) {
      model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
    }
    await fit(whole, 1);
    await fit(classifier, 2, 1);
    const refused = /those of another model; make an optimizer for each model/;
    await expect(fit(whole, 3, 2)).rejects.toThrow(refused);
    const images = [tf.zeros([2, 8, 8, 3]), tf.tensor1d([0, 1])] as const;
    await expect(whole.trainOnBatch(...images)).rejects.toThrow(refused);
    tf.dispose([...images]);
    whole.dispose();
    optimizer.dispose();
  });

  it("goes on when all that it has trained is frozen and the rest learns", async () => {
    const model = tinyModel();
    const head = model.layers.at(-1)!;
    for (const layer of model.layers) layer.trainable = layer === head;
    await fit(model, 1);
    for (const layer of model.layers) layer.trainable = layer !== head;
    await fit(model, 2, 1);
    expect(model.optimizer.iterations).toBe(6);
    model.dispose();
  });

  it("begins anew, with its first learning rate, when it was disposed with its model", async () => {
    const optimizer = adam({ learningRate: 0.1 });
    const folds: number[][] = [];
    for (let fold = 0; fold < 2; fold++) {
      const model = tinyModel({ seed: 3, optimizer });
      await fit(model, 1);
      folds.push(weightsOf(model));
      (optimizer as tf.Optimizer & { learningRate: number }).learningRate = 0.01;
      model.dispose();
    }
    expect(folds[1]).toEqual(folds[0]);
  });

  it("knows what does not decay by the names of the layers, in every model of a process", async () => {
    const trained = async (): Promise<number[]> => {
      const options = { learningRate: 0.1, weightDecay: 0.5, excludeFromWeightDecay: ["_1"] };
      const model = compiled(adamW(options));
      await fit(model, 1);
      return weightsOf(model);
    };
    expect(await trained()).toEqual(await trained());
  });

  it("takes its own state back", async () => {
    const [straight, restored] = [compiled(adam()), compiled(adam())];
    await fit(straight, 2);
    await fit(restored, 1);
    const [iterations, ...slots] = await restored.optimizer.getWeights();
    await restored.optimizer.setWeights([iterations, ...slots]);
    iterations.tensor.dispose();
    await fit(restored, 2, 1);
    expect(weightsOf(restored)).toEqual(weightsOf(straight));
    [straight, restored].forEach((model) => {
      model.optimizer.dispose();
      model.dispose();
    });
  });

  it("is disposed with a model that was loaded, also with a sequential one", async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.flatten({ inputShape: [8, 8, 3] }),
        tfl.layers.dense({ units: 3, activation: "softmax" }),
      ],
    });
    model.compile({ optimizer: adam(), loss: "sparseCategoricalCrossentropy" });
    const artifacts = await artifactsOf(model);
    const before = tf.memory().numTensors;
    const loaded = await loadModel(tf.io.fromMemory(artifacts));
    await fit(loaded, 1);
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
    model.optimizer.dispose();
    model.dispose();
  });

  it("has its state from the moment the model is compiled", () => {
    const before = tf.memory().numTensors;
    const model = tinyModel();
    expect(tf.memory().numTensors).toBe(
      before + model.weights.length + 2 * model.trainableWeights.length,
    );
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("is disposed when its model is compiled with another one", () => {
    const model = tinyModel();
    const { numTensors } = tf.memory();
    for (const make of [sgd, adam]) {
      model.compile({ optimizer: make(), loss: "sparseCategoricalCrossentropy" });
      expect(tf.memory().numTensors).toBeLessThanOrEqual(numTensors);
    }
    model.optimizer.dispose();
    model.dispose();
  });

  it.each([
    ["frozen", true],
    ["thawed", false],
  ])(
    "finds the state of the layers that were not %s before the model was saved",
    async (_, was) => {
      const model = compiled(adam());
      const head = model.layers.at(-1)!;
      model.layers[0].trainable = was;
      await fit(model, 1);
      const moments = await momentsOf(model, head);
      expect(moments.flat().some((value) => value !== 0)).toBe(true);
      // Since the last step; no run has seen it.
      model.layers[0].trainable = !was;
      const again = await loadModel(tf.io.fromMemory(await artifactsOf(model)));
      expect(await momentsOf(again, again.layers.at(-1)!)).toEqual(moments);
      await fit(again, 2, 1);
      const { length } = await again.optimizer.getWeights();
      expect(length).toBe(1 + 2 * again.trainableWeights.length);
      [model, again].forEach((one) => {
        one.optimizer.dispose();
        one.dispose();
      });
    },
  );

  it.each([
    [() => adam({ learningRate: -1 }), /learningRate/],
    [() => adam({ beta1: 1 }), /beta1/],
    [() => adam({ epsilon: NaN }), /epsilon/],
    [() => adamW({ weightDecay: -0.1 }), /weightDecay/],
    [() => adamW({ excludeFromWeightDecay: "bias" as never }), /excludeFromWeightDecay/],
    [() => sgd({ momentum: 2 }), /momentum/],
    [() => sgd({ nesterov: true }), /momentum above 0/],
    [() => sgd({ clipNorm: 0 }), /clipNorm/],
    [() => sgd({ clipNorm: 1, clipValue: 1 }), /at most one of/],
    [() => sgd({ gradientAccumulationSteps: 1.5 }), /gradientAccumulationSteps/],
    [() => sgd({ lr: 1 } as never), /unknown option "lr"/],
    [() => muon({ newtonSchulzSteps: 0 }), /newtonSchulzSteps/],
    [() => muon({ groups: [{ weights: /x/, rule: "adam" as never }] }), /rule/],
    [() => sgd({ groups: [{ weights: /x/, rule: "sgd" } as never] }), /unknown option "rule"/],
    [() => sgd({ groups: [{ weights: /x/, steps: -1 }] }), /steps/],
    [
      () => tinyModel({ optimizer: muon({ groups: [{ weights: /bias/, rule: "muon" }] }) }),
      /expected weights of two dimensions and more with rule: "muon", got "\S+bias" of 1;/,
    ],
  ])("says what is wrong with an option (%#)", (make, message) => {
    expect(make).toThrow(message);
  });
});

/** Steps that are replayed by the simd backend, beside the same steps computed by TensorFlow.js. */
import * as tf from "@tensorflow/tfjs-core";
import {
  input,
  layers as L,
  type LayersModel,
  model as functional,
  regularizers,
  sequential,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import {
  adam,
  adamW,
  buildCifarModel,
  cosineDecay,
  evaluate,
  ImageDataGenerator,
  muon,
  predict,
  replaceHead,
  sgd,
  trainPhase,
  type TrainPhaseOptions,
  trainTwoPhase,
  unfreeze,
} from "cifar-kit";
import { beforeAll, describe, expect, it } from "vitest";
import { useSimd } from "../simd/backends.ts";
import { pooledModel, tinyImages, tinyModel } from "../helpers/tiny.ts";

interface Replays {
  replayed: number;
  eager: Record<string, number>;
}

const replays = (): Replays => (tf.backend() as unknown as { replays: Replays }).replays;

beforeAll(async () => {
  await useSimd({ threads: 2 });
});

/** What a run does with the steps of TensorFlow.js only. */
async function eagerly<T>(run: () => Promise<T>): Promise<T> {
  Object.assign(tf.backend(), { recorder: undefined });
  try {
    return await run();
  } finally {
    Reflect.deleteProperty(tf.backend(), "recorder");
  }
}

/** All numbers that a run leaves in a model. */
async function numbersOf(model: LayersModel): Promise<unknown[]> {
  // TensorFlow.js's Adamax gives none.
  const state = await model.optimizer.getWeights().catch(() => []);
  const numbers = [...model.getWeights(), ...state.map(({ tensor }) => tensor)];
  const values = await Promise.all(numbers.map(async (tensor) => (await tensor.data()).slice()));
  return [model.optimizer.iterations, ...values];
}

type Run = (model: LayersModel) => Promise<unknown>;

const phase =
  (options: Partial<TrainPhaseOptions> = {}): Run =>
  (model) =>
    trainPhase(model, {
      ...{ train: tinyImages(48), batchSize: 4, epochs: 2, verbose: 0, seed: 5 },
      ...options,
    });

/** Compares a run with the same run of TensorFlow.js alone; gives how often it was replayed. */
async function compare(build: () => LayersModel, run: Run): Promise<Replays> {
  const once = async (): Promise<unknown[]> => {
    const model = build();
    const before = tf.memory().numTensors;
    const measured = JSON.stringify(await run(model), (key, value: unknown) =>
      ["seconds", "health"].includes(key) ? undefined : value,
    );
    const numbers = await numbersOf(model);
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(100);
    model.dispose();
    return [measured, ...numbers];
  };
  const expected = await eagerly(once);
  Object.assign(replays(), { replayed: 0, eager: {} });
  const bytes = tf.memory() as unknown as { numBytesInLinearMemory: number };
  expect(await once()).toEqual(expected);
  const now = tf.memory() as unknown as { numBytesInLinearMemory: number };
  expect(now.numBytesInLinearMemory - bytes.numBytesInLinearMemory).toBeLessThan(50_000);
  return replays();
}

/** A user's own network. */
function own(optimizer: string | tf.Optimizer = "adam", seed = 7): LayersModel {
  const model = sequential({
    layers: [
      L.conv2d({ filters: 5, kernelSize: 3, inputShape: [8, 8, 3], activation: "relu" }),
      L.batchNormalization(),
      L.maxPooling2d({ poolSize: 2 }),
      L.flatten(),
      L.dropout({ rate: 0.25, seed: 3 }),
      L.dense({
        units: 6,
        activation: "tanh",
        kernelRegularizer: regularizers.l2({ l2: 0.01 }),
      }),
      L.dense({ units: 3, activation: "softmax" }),
    ],
  });
  const weights = model.getWeights().map((weight, i) => {
    return tf.randomUniform(weight.shape, i % 2 ? 0 : -0.2, 0.2, "float32", seed + i);
  });
  model.setWeights(weights);
  tf.dispose(weights);
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

/** The two recorded steps are all that is not replayed. */
const ALL = { replayed: 22, eager: { "the first steps are recorded": 2 } };

describe("a replayed step has the bits of a step of TensorFlow.js", () => {
  it.each<[string, () => tf.Optimizer]>([
    ["adam", () => adam()],
    [
      "adam with a schedule",
      () => adam({ learningRate: cosineDecay({ initialLearningRate: 0.01 }) }),
    ],
    ["adam with accumulation", () => adam({ gradientAccumulationSteps: 3 })],
    ["adam with groups", () => adam({ groups: [{ weights: /bias/, learningRate: 0.1 }] })],
    ["adamW with a clipped norm", () => adamW({ globalClipNorm: 0.5 })],
    ["sgd with momentum", () => sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true })],
    ["sgd with clipped values", () => sgd({ learningRate: 0.05, clipValue: 0.01 })],
  ])("with %s", async (_, optimizer) => {
    expect(await compare(() => tinyModel({ seed: 2, optimizer: optimizer() }), phase())).toEqual(
      ALL,
    );
  });

  it.each(["adam", "sgd", "rmsprop", "adagrad", "adamax", "adadelta"])(
    "in a model of tf.layers with %s by its name",
    async (optimizer) => {
      expect(await compare(() => own(optimizer), phase())).toEqual(ALL);
    },
  );

  it.each<["lstm" | "gru" | "simpleRNN", boolean, object?]>([
    ["lstm", false],
    ["gru", false],
    ["simpleRNN", false],
    ["lstm", true],
    ["lstm", false, { dropout: 0.3, recurrentDropout: 0.2 }],
    ["gru", true, { dropout: 0.3 }],
    ["simpleRNN", false, { recurrentDropout: 0.5 }],
  ])(
    "in a network of %s and normalised layers that reads pictures row by row, masked: %s",
    async (kind, isMasked, rates = {}) => {
      const build = (): LayersModel => {
        const recurrentInitializer = "glorotUniform";
        const options = { units: 5, recurrentInitializer, returnSequences: true, ...rates };
        const model = sequential({
          layers: [
            L.reshape({ targetShape: [8, 24], inputShape: [8, 8, 3] }),
            ...(isMasked ? [L.masking({ maskValue: 0 })] : []),
            L[kind](options),
            L.layerNormalization(),
            isMasked
              ? L.flatten()
              : L.bidirectional({ layer: L[kind]({ ...options, returnSequences: false }) }),
            L.dense({ units: 3, activation: "softmax" }),
          ],
        });
        model.getWeights().forEach((weight, i) => {
          const values = tf.randomUniform(weight.shape, -0.2, 0.2, "float32", 20 + i);
          model.weights[i].write(values);
          values.dispose();
        });
        model.compile({ optimizer: "rmsprop", loss: "sparseCategoricalCrossentropy" });
        return model;
      };
      expect(await compare(build, phase())).toEqual(ALL);
    },
  );

  it("with alpha dropout, and with masks of their own shapes", async () => {
    const build = (): LayersModel => {
      const model = sequential({
        layers: [
          L.reshape({ targetShape: [8, 24], inputShape: [8, 8, 3] }),
          L.spatialDropout1d({ rate: 0.2 }),
          L.dropout({ rate: 0.2, noiseShape: [1, 8, 1] }),
          L.alphaDropout({ rate: 0.2 }),
          L.flatten(),
          L.dense({ units: 3, activation: "softmax", kernelInitializer: "zeros" }),
        ],
      });
      model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
      return model;
    };
    expect(await compare(build, phase())).toEqual(ALL);
  });

  it("in a functional network with attention and dropout", async () => {
    const build = (): LayersModel => {
      const apply = (layer: L.Layer, ...inputs: SymbolicTensor[]): SymbolicTensor =>
        layer.apply(inputs.length === 1 ? inputs[0] : inputs) as SymbolicTensor;
      const images = input({ shape: [8, 8, 3] });
      const rows = apply(L.reshape({ targetShape: [8, 24] }), images);
      const [query, key, value] = [4, 4, 5].map((units) =>
        apply(L.timeDistributed({ layer: L.dense({ units }) }), rows),
      );
      const scores = apply(L.softmax({ axis: -1 }), apply(L.dot({ axes: 2 }), query, key));
      const kept = apply(L.dropout({ rate: 0.2 }), scores);
      const seen = apply(L.dot({ axes: [2, 1] }), kept, value);
      const pooled = apply(L.globalAveragePooling1d({}), seen);
      const outputs = apply(L.dense({ units: 3, activation: "softmax" }), pooled);
      const model = functional({ inputs: images, outputs });
      model.weights.forEach((weight, i) => {
        const values = tf.randomUniform(weight.shape as number[], -0.3, 0.3, "float32", 40 + i);
        weight.write(values);
        values.dispose();
      });
      model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
      return model;
    };
    expect(await compare(build, phase())).toEqual(ALL);
  });

  it("with augmentation, validation in between and a last batch that is smaller", async () => {
    const { replayed, eager } = await compare(
      () => tinyModel({ seed: 3 }),
      phase({
        train: tinyImages(42),
        validation: tinyImages(10, 2),
        augmentation: new ImageDataGenerator({ horizontalFlip: true }),
        dropRemainder: false,
        epochs: 3,
      }),
    );
    expect(eager["the shapes are not those of the steps before"]).toBe(3);
    expect(replayed).toBe(28);
  });

  it("by the fast recipe's parts: Muon, an end of some weights' training, smoothed labels, growing images", async () => {
    const build = (): LayersModel => {
      const model = pooledModel();
      const groups = [
        { weights: /^dense/, rule: "sgd" as const },
        { weights: /^conv.*bias$/, steps: 6 },
      ];
      const optimizer = muon({ learningRate: 0.05, normalizeWeights: true, groups });
      model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
      return model;
    };
    expect(await compare(build, phase({ labelSmoothing: 0.2, imageSize: [[6, 0.5]] }))).toEqual({
      replayed: 17,
      eager: {
        "the first steps are recorded": 6,
        "the shapes are not those of the steps before": 1,
      },
    });
  });

  it("where callbacks set weights and the learning rate, and stop", async () => {
    const callbacks = (): TrainPhaseOptions["callbacks"] => [
      {
        onBatchEnd: (step, _, run) => {
          if (step === 5) run.learningRate = 0.1;
          if (step === 7) {
            const negative = run.model.getWeights().map((weight) => tf.neg(weight));
            run.model.setWeights(negative);
            tf.dispose(negative);
          }
          if (step === 9) run.model.layers[0].setWeights(run.model.layers[0].getWeights());
        },
        onEpochEnd: (epoch, _, run) => {
          if (epoch === 1) run.stopTraining();
        },
      },
    ];
    const run: Run = (model) => phase({ epochs: 9, callbacks: callbacks() })(model);
    expect(await compare(() => tinyModel({ seed: 4 }), run)).toEqual(ALL);
    expect(await compare(() => own(), run)).toEqual(ALL);
  });

  it("in a transfer: with frozen layers, then thawed", async () => {
    const run: Run = async (model) => [
      await phase()(model),
      (unfreeze(model, { learningRate: 0.01 }), await phase()(model)),
    ];
    const build = (): LayersModel =>
      replaceHead(tinyModel({ seed: 6 }), { classNames: tinyImages(3).classNames, seed: 1 });
    expect(await compare(build, run)).toEqual({
      replayed: 44,
      eager: { "the first steps are recorded": 4 },
    });
  });
});

describe("a step is not replayed", () => {
  const cases: [string, () => LayersModel, string][] = [
    [
      "with a layer of the user's own",
      () => {
        class Mine extends L.Layer {
          static className = "Mine";
          override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
            return tf.mul(Array.isArray(inputs) ? inputs[0] : inputs, 2);
          }
        }
        const model = sequential({
          layers: [
            L.flatten({ inputShape: [8, 8, 3] }),
            new Mine({}),
            L.dense({ units: 3, activation: "softmax", kernelInitializer: "zeros" }),
          ],
        });
        model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
        return model;
      },
      "Mine is not one of TensorFlow.js's own classes",
    ],
    [
      "with a loss of the user's own",
      () => {
        const model = tinyModel({ seed: 1 });
        const loss = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor =>
          tf.squaredDifference(tf.oneHot(tf.cast(tf.reshape(yTrue, [-1]), "int32"), 3), yPred);
        model.compile({ optimizer: "sgd", loss });
        return model;
      },
      "the loss is a function",
    ],
    [
      "with noise that JavaScript makes",
      () => {
        const model = sequential({
          layers: [
            L.gaussianNoise({ stddev: 0.1, inputShape: [8, 8, 3] }),
            L.flatten(),
            L.dense({ units: 3, activation: "softmax", kernelInitializer: "zeros" }),
          ],
        });
        model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
        return model;
      },
      "JavaScript computes numbers that change from step to step",
    ],
    [
      "whose layer was given another call",
      () => {
        const model = tinyModel({ seed: 1 });
        const layer = model.layers[0];
        layer.call = layer.call.bind(layer);
        return model;
      },
      "the call of a ",
    ],
  ];
  it.each(cases)("%s, and says why", async (_, build, reason) => {
    const { replayed, eager } = await compare(build, phase());
    expect(replayed).toBe(0);
    expect(Object.keys(eager).some((key) => key.startsWith(reason))).toBe(true);
  });

  it("while a layer's settings differ from those of the recording", async () => {
    const run: Run = (model) =>
      phase({
        callbacks: [
          {
            onBatchEnd: (step) => {
              if (step === 6) Object.assign(model.layers[1], { momentum: 0.5 });
            },
          },
        ],
      })(model);
    const { replayed, eager } = await compare(() => own(), run);
    expect([replayed, eager]).toEqual([20, { "the first steps are recorded": 4 }]);
  });
});

it("what a model gives is replayed to the same bits, also when its weights have changed", async () => {
  const model = tinyModel({ seed: 2 });
  const images = tinyImages(50);
  const measure = async (): Promise<unknown[]> => [
    await predict(model, images, { batchSize: 5 }),
    await evaluate(model, images, { batchSize: 5, testTimeAugmentation: "flip" }),
  ];
  const before = await eagerly(measure);
  Object.assign(replays(), { replayed: 0, eager: {} });
  expect(await measure()).toEqual(before);
  // Of 10 and of 20 calls, without those before recording begins and the recorded ones.
  expect(replays()).toEqual({ replayed: 22, eager: { "the first steps are recorded": 4 } });
  await phase({ epochs: 1 })(model);
  expect(await measure()).toEqual(await eagerly(measure));
  model.dispose();
});

it("99 of 100 steps of the notebook's two phases are replayed, and of a transfer", async () => {
  const train = tinyImages(400);
  const network = { inputShape: [8, 8, 3], filters: [4] } as const;
  const model = buildCifarModel({ seed: 1, numClasses: 3, ...network });
  Object.assign(replays(), { replayed: 0, eager: {} });
  const settings = { batchSize: 4, verbose: 0, seed: 5 } as const;
  await trainTwoPhase(model, { train, epochs: [2, 2], ...settings });
  expect(replays()).toEqual({ replayed: 398, eager: { "the first steps are recorded": 2 } });
  Object.assign(replays(), { replayed: 0, eager: {} });
  const transferred = replaceHead(model, { classNames: train.classNames, seed: 1 });
  await trainPhase(transferred, { train, epochs: 2, ...settings });
  unfreeze(transferred, { learningRate: 0.01 });
  await trainPhase(transferred, { train, epochs: 2, ...settings });
  expect(replays()).toEqual({ replayed: 396, eager: { "the first steps are recorded": 4 } });
  transferred.dispose();
});

/** Whatever is passed to a public function: it works, or the library says what is wrong. */
import { layers as L, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import * as kit from "cifar-kit";
import * as browser from "cifar-kit/browser";
import * as node from "cifar-kit/node";
import * as postgres from "cifar-kit/postgres";
import * as study from "cifar-kit/study";
import * as queue from "cifar-kit/study/bullmq";
import { useBackend } from "./helpers/backends.ts";
import { tinyImages } from "./helpers/tiny.ts";

/** These ask the network, take nothing, or listen to signals; classes of errors are made of what the library says. */
const LEFT_OUT = /^load(Cifar|Fashion|Pretrained)|^interruptSignal$|Error$/;
const functions = [kit, node, browser, study, queue, postgres]
  .flatMap(Object.entries)
  .filter(([name, value]) => typeof value === "function" && !LEFT_OUT.test(name)) as [
  string,
  ((value: unknown) => unknown) & (new (value: unknown) => unknown),
][];

const values = [
  ...[undefined, null, {}, [], [[]], "x", "", 5, Number.NaN, true, 1n, Symbol("s"), () => 1],
  ...[
    Object.create(null) as object,
    new Map(),
    new Date(0),
    new Float32Array(2),
    new Proxy({}, {}),
  ],
  sequential(),
];

beforeAll(async () => {
  await useBackend("cpu");
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});

const set = tinyImages(6);
const small = (): LayersModel => {
  const layers = [
    L.flatten({ inputShape: [8, 8, 3] }),
    L.dense({ units: 3, activation: "softmax" }),
  ];
  const model = sequential({ layers });
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
  return model;
};
const generator = new kit.ImageDataGenerator();
const ofRun = { train: set, batchSize: 2, seed: 1, signal: new AbortController().signal };
const ofTraining = {
  ...{ ...ofRun, epochs: 1, verbose: 0, validation: set, validationSplit: undefined },
  ...{ classWeight: { 0: 2 }, sampleWeight: undefined, callbacks: [], labelSmoothing: 0 },
  ...{ stepsPerEpoch: 1, checkpoint: undefined, resume: "auto", augmentation: generator },
};
const history = { epochs: [0], loss: [1], accuracy: [0.5], valLoss: [], valAccuracy: [] };
const SCORES = [
  [0.2, 0.8],
  [0.6, 0.4],
];
const COUNTS = [
  [1, 0],
  [0, 1],
];
const EVALUATION = { yTrue: [0, 1], yPred: [1, 0], probabilities: SCORES, classNames: ["a", "b"] };
const ofScores = { labels: [0, 1], sampleWeight: [1, 1] };
const source = { read: () => Promise.resolve(new Uint8Array(0)) };
const file = { name: "b", bytes: 3073, sha256: "0".repeat(64) };
const picture = { data: new Uint8Array(192), width: 8, height: 8, channels: 3 };
const ofWeights = { layout: "pytorch", names: {}, axes: {} };

/** Arguments of the right form, with options. */
const CALLS: Record<string, () => unknown[]> = {
  accuracyScore: () => [[0, 1], [0, 1], { normalize: true, sampleWeight: [1, 1] }],
  adam: () => [{ learningRate: 1, clipNorm: 1, weightDecay: 0.1, excludeFromWeightDecay: ["a"] }],
  adamW: () => [
    { groups: [{ weights: /bias/, learningRate: 1, weightDecay: 0 }], decoupledWeightDecay: false },
  ],
  buildCifarModel: () => [
    {
      for: set,
      batchNormMomentum: 0.9,
      optimizer: "sgd",
      learningRate: 0.1,
      inputShape: [8, 8, 3],
      numClasses: 3,
      filters: [2],
      denseUnits: 2,
      seed: 1,
      compile: true,
    },
  ],
  calibration: () => [[0, 1], SCORES, { bins: 2 }],
  classificationReport: () => [
    [0, 1],
    [0, 1],
    { ...ofScores, targetNames: ["a", "b"], digits: 2, zeroDivision: 0 },
  ],
  confusionMatrix: () => [[0, 1], [0, 1], { ...ofScores, normalize: "true" }],
  cosineDecay: () => [{ initialLearningRate: 1, decaySteps: 2, alpha: 0, warmupTarget: 1 }],
  csvLogger: () => [() => undefined, { append: true, separator: "," }],
  earlyStopping: () => [{ monitor: "loss", patience: 1, mode: "min" }],
  evaluate: () => [small(), set, { batchSize: 2 }],
  findLearningRate: () => [small(), { ...ofRun, steps: 2 }],
  imageFlow: () => [set, { batchSize: 2, shuffle: true, seed: 1 }],
  imageFromFile: () => [new Blob(["x"]), { imageShape: [8, 8, 3], fit: "crop" }],
  imageFolder: () => ["missing", { imageShape: [8, 8, 3], classNames: ["a"], fit: "crop" }],
  imageStream: () => ["missing", { imageShape: [8, 8, 3], cacheBytes: 0, workers: 1 }],
  learningRateScheduler: () => [() => 0.1, {}],
  linearSchedule: () => [{ from: 1, to: 0, warmup: 0.1 }],
  loadIdx: () => [source, { name: "a", images: file, labels: file, classNames: ["a", "b"] }],
  loadModel: () => [{ load: () => Promise.resolve({}) }, {}],
  loadRecords: () => [
    source,
    {
      name: "a",
      layout: kit.CIFAR10_LAYOUT,
      files: [file],
      classNames: kit.CIFAR10_CLASS_NAMES,
    },
  ],
  loadWeights: () => [small(), new Uint8Array(9), { ...ofWeights }],
  logLoss: () => [[0, 1], SCORES, {}],
  modelCheckpoint: () => [{ filepath: "x", save: () => undefined, saveBestOnly: true }],
  modelSummary: () => [small(), { style: "keras3", lineLength: 80 }],
  mostConfident: () => [EVALUATION, { labels: [0, 1] }, { wrong: false, count: 1 }],
  mostConfused: () => [COUNTS, { classNames: ["a", "b"], minCount: 3 }],
  oneCycle: () => [{ maxLearningRate: 1, totalSteps: 10 }],
  oneHot: () => [[0, 1], 2],
  plotConfusionMatrix: () => [COUNTS, { classNames: ["a", "b"], title: "x", normalize: "true" }],
  plotHistory: () => [{ ...history }, { metrics: ["loss"], colors: ["red", "blue"] }],
  plotSample: () => [set, 0, {}],
  plotSamples: () => [set, { count: 1, columns: 2, seed: 1 }],
  precisionRecallCurves: () => [[0, 1], SCORES, ofScores],
  pipeline: () => [kit.randomFlip(), kit.cutout({ size: 2 }), { mix: kit.cutmix() }],
  predict: () => [small(), set, { batchSize: 2, testTimeAugmentation: "flip" }],
  randomStream: () => [1, "x"],
  replaceHead: () => [
    small(),
    { classNames: ["a", "b"], freeze: false, keepRows: false, seed: 1, learningRate: 0.1 },
  ],
  resizeImage: () => [picture, [4, 4, 3], { interpolation: "bilinear", fit: "crop" }],
  rocCurves: () => [[0, 1], SCORES, ofScores],
  saveWeights: () => [small(), { ...ofWeights, format: "safetensors", dtype: "F32", metadata: {} }],
  stratifiedKFold: () => [set, { folds: 2, seed: 1 }],
  toDataset: () => [set, { batchSize: 2 }],
  topKAccuracyScore: () => [[0, 1], SCORES, { k: 1 }],
  train: () => [
    small(),
    { ...ofRun, verbose: 0, phases: [{ epochs: 1, augmentation: generator }] },
  ],
  trainPhase: () => [small(), { ...ofTraining, initialEpoch: 0, dropRemainder: false }],
  trainTwoPhase: () => [small(), { ...ofTraining, epochs: [1, 1] }],
  trainValidationSplit: () => [set, { fraction: 0.5, seed: 1, stratify: true }],
  unfreeze: () => [small(), { layers: 1, learningRate: 0.1 }],
};

const replaced = (list: unknown[], at: number, value: unknown): unknown[] =>
  list.map((item, i) => (i === at ? value : item));
const isOptions = (value: unknown): value is Record<string, unknown> =>
  value !== undefined && Object.getPrototypeOf(value) === Object.prototype;

describe("any value as another argument, or as an option", () => {
  const byName = new Map(functions);

  it.each(Object.entries(CALLS))("is tried in a call that is right: %s", async (name, make) => {
    let error: unknown;
    try {
      await (byName.get(name) as (...args: unknown[]) => unknown)(...make());
    } catch (caught) {
      error = caught;
    }
    // Files that are not there, or hold something else.
    expect(error).not.toBeInstanceOf(kit.ArgumentError);
  });

  it.each(Object.entries(CALLS))(
    "gets the library's own error, or an answer: %s",
    async (name, make) => {
      const attempt = async (...args: unknown[]): Promise<void> => {
        try {
          await (byName.get(name) as (...args: unknown[]) => unknown)(...args);
        } catch (error) {
          expect(error).toBeInstanceOf(kit.CifarKitError);
        }
      };
      for (const value of values) {
        const args = make();
        for (const [i, arg] of args.entries()) {
          if (i > 0) await attempt(...replaced(args, i, value));
          for (const key of isOptions(arg) ? Object.keys(arg) : []) {
            await attempt(...replaced(args, i, { ...(arg as object), [key]: value }));
          }
        }
      }
    },
  );
});

describe("any value as the first argument", () => {
  it.each(functions)("gets the library's own error, or an answer: %s", async (_, f) => {
    const isClass = Function.prototype.toString.call(f).startsWith("class");
    for (const value of values) {
      try {
        await (isClass ? new f(value) : f(value));
      } catch (error) {
        expect(error).toBeInstanceOf(kit.CifarKitError);
      }
    }
  });

  it("gets an error without a cause where there is none", () => {
    let error: unknown;
    try {
      kit.normalize(5 as never);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(kit.ArgumentError);
    expect(Object.hasOwn(error as object, "cause")).toBe(false);
  });
});

/**
 * Every public function that takes options is given random ones, mostly wrong: it works, or throws
 * one of the library's own errors. `CIFAR_KIT_FUZZ` sets the number of option objects for each.
 */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as kit from "cifar-kit";
import { CifarKitError, type Rng, randomStream } from "cifar-kit";
import * as node from "cifar-kit/node";
import * as postgres from "cifar-kit/postgres";
import * as study from "cifar-kit/study";
import * as queue from "cifar-kit/study/bullmq";
import { attack } from "../helpers/attack.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

const INPUTS = Number(process.env.CIFAR_KIT_FUZZ ?? 200);

/** Values that options like to be wrong with; some are right for some options. Nothing huge is valid. */
const VALUES: readonly unknown[] = [
  ...[undefined, null, NaN, Infinity, -Infinity, -1, -0.5, 0, 1e-9, 0.1, 0.5, 0.999, 1, 1.5, 2, 3],
  ...[8, 32, 2 ** 53, -(2 ** 60), 1e308, 10n, Symbol("value"), true, false],
  ...["", "0", "accuracy", "val_loss", "nearest", "constant", "keras", "keras2", "true", "\u0000"],
  ...[[], [1], [0, 1], [1, 0], [NaN], ["a", "b"], [[1, 2]], [0.5, 0.5, 0.5], Array(48).fill(1)],
  ...[
    {},
    { 0: 1 },
    { a: 1 },
    { pixels: 2 },
    { length: 3 },
    Object.create(null) as object,
    new Map(),
  ],
  ...[new Uint8Array(3), new Float32Array(48), Float64Array.of(NaN), new Date(0), /x/],
  ...[() => 1, (x: unknown) => x, Date, Promise.resolve(1)],
];

const set = tinyImages(48);
const yTrue = Array.from({ length: 12 }, (_, i) => i % 3);
const yPred = yTrue.map((label, i) => (i % 4 === 0 ? (label + 1) % 3 : label));
const scores = yTrue.flatMap((label) => [0, 1, 2].map((k) => (k === label ? 0.5 : 0.25)));
const matrix = [
  [3, 1, 0],
  [0, 4, 0],
  [1, 0, 3],
];
const history = {
  ...{ epochs: [0, 1], loss: [2, 1], accuracy: [0.3, 0.5], valLoss: [2, 1] },
  ...{ valAccuracy: [0.3, 0.5], seconds: [1, 1] },
};
/** Where right options would begin hours of work, or need a file: thrown instead. */
const NOTHING = new CifarKitError({
  ...{ subject: "fuzz", expected: "nothing", got: "nothing", remedy: "nothing" },
});
const aborted = AbortSignal.abort(NOTHING);

let model: LayersModel;
beforeAll(async () => {
  await useBackend("wasm");
  model = tinyModel();
});
afterAll(() => {
  model.dispose();
});

type Options = Record<string, unknown>;

/** What takes options, called with some that are right beside the random ones. */
const TARGETS: Record<string, (options: never) => unknown> = {
  ImageDataGenerator: (o) => new kit.ImageDataGenerator(o),
  "ImageDataGenerator.flow": (o) => new kit.ImageDataGenerator({}).flow(set, o).batch(0, 0),
  "ImageDataGenerator.fit": (o) => {
    new kit.ImageDataGenerator({ featurewiseCenter: true }).fit(set.take(4), o);
  },
  imageFlow: (o) => kit.imageFlow(set, o).batch(0, 0),
  randomCrop: (o) => kit.randomCrop(o),
  randomFlip: (o) => kit.randomFlip(o),
  cutout: (o) => kit.cutout(o),
  randomErasing: (o) => kit.randomErasing(o),
  colorJitter: (o) => kit.colorJitter(o),
  randAugment: (o) => kit.randAugment(o),
  randomAffine: (o) => kit.randomAffine(o),
  mixup: (o) => kit.mixup(o),
  cutmix: (o) => kit.cutmix(o),
  trainValidationSplit: (o) => kit.trainValidationSplit(set, o),
  toDataset: (o) => kit.toDataset(set, o),
  resizeImage: (o) => {
    const picture = { data: set.image(0), width: 8, height: 8, channels: 3 };
    return kit.resizeImage(picture, [4, 4, 3], o);
  },
  accuracyScore: (o) => kit.accuracyScore(yTrue, yPred, o),
  confusionMatrix: (o) => kit.confusionMatrix(yTrue, yPred, o),
  classificationReport: (o) => String(kit.classificationReport(yTrue, yPred, o)),
  precisionRecallFscoreSupport: (o) => kit.precisionRecallFscoreSupport(yTrue, yPred, o),
  topKAccuracyScore: (o) => kit.topKAccuracyScore(yTrue, scores, o),
  logLoss: (o) => kit.logLoss(yTrue, scores, o),
  mostConfused: (o) => kit.mostConfused(matrix, o),
  plotSample: (o) => kit.plotSample(set, 0, o),
  plotSamples: (o) => kit.plotSamples(set, o),
  plotHistory: (o) => kit.plotHistory(history, o),
  plotConfusionMatrix: (o) => kit.plotConfusionMatrix(matrix, o),
  plotAugmentations: (o) => kit.plotAugmentations(set, new kit.ImageDataGenerator({}), o),
  plotPredictions: (o: Options) => kit.plotPredictions(set, { yPred: [...set.labels], ...o }),
  buildCifarModel: (o: Options) => {
    const small = { inputShape: [4, 4, 3] as const, filters: [2], denseUnits: 2, ...o };
    kit.buildCifarModel(small).dispose();
  },
  adam: (o) => kit.adam(o),
  adamW: (o) => kit.adamW(o),
  sgd: (o) => kit.sgd(o),
  modelSummary: (o) => kit.modelSummary(model, o),
  saveWeights: (o) => kit.saveWeights(model, o),
  predict: (o) => kit.predict(model, set.take(3), o),
  evaluate: (o) => kit.evaluate(model, set.take(3), o),
  trainPhase: (o: Options) =>
    kit.trainPhase(model, { train: set, epochs: 1, verbose: 0, ...o, signal: aborted }),
  trainTwoPhase: (o: Options) =>
    kit.trainTwoPhase(model, { train: set, epochs: [1, 1], verbose: 0, ...o, signal: aborted }),
  earlyStopping: (o) => kit.earlyStopping(o),
  modelCheckpoint: (o: Options) =>
    kit.modelCheckpoint({ save: () => Promise.resolve(), ...o } as never),
  reduceLROnPlateau: (o) => kit.reduceLROnPlateau(o),
  lookahead: (o) => kit.lookahead(o),
  weightAveraging: (o) => kit.weightAveraging(o),
  terminateOnNaN: (o) => kit.terminateOnNaN(o),
  progressBar: (o) => kit.progressBar(o),
  cosineDecay: (o: Options) =>
    kit.cosineDecay({ initialLearningRate: 0.1, decaySteps: 5, ...o })(1),
  oneCycle: (o: Options) => kit.oneCycle({ maxLearningRate: 0.1, totalSteps: 5, ...o })(1),
  loadCifar10: (o) => kit.loadCifar10({ read: () => Promise.reject(NOTHING) }, o),
  runStudy: (o: Options) => {
    const engine = { open: () => Promise.reject(NOTHING) };
    const right = { trial: new URL("file:///trial.js"), space: { x: study.uniform(0, 1) } };
    return study.runStudy({ ...right, trials: 2, ...o, engine, signal: undefined });
  },
  localProcesses: (o) => study.localProcesses(o),
  bullmq: (o: Options) => queue.bullmq({ connection: "redis://host", ...o }),
  postgresCheckpointStore: (o: Options) =>
    postgres.postgresCheckpointStore({ connection: "postgres://host/db", run: "a", ...o }),
  asha: (o: Options) => study.asha({ metric: "loss", rungs: [1, 2], ...o }),
  median: (o: Options) => study.median({ metric: "loss", ...o }),
  integer: (o) => study.integer(1, 9, o),
  cifar10Source: (o) => node.cifar10Source(o),
  cifar100Source: (o) => node.cifar100Source(o),
};

/** The options that a function knows, as its own error lists them. */
async function optionNames(call: (options: never) => unknown): Promise<string[]> {
  const error: unknown = await attack(() => call({ noSuchOption: 1 } as never));
  const list = /options out of (.*), got/.exec(String(error))?.[1];
  expect(list, `an error that lists the options, got ${String(error)}`).toBeDefined();
  return list!.split(", ");
}

function randomOptions(names: readonly string[], rng: Rng): Options {
  const count = 1 + rng.integer(3);
  return Object.fromEntries(
    Array.from({ length: count }, () => [
      names[rng.integer(names.length)],
      VALUES[rng.integer(VALUES.length)],
    ]),
  );
}

describe("random options", () => {
  it.each(Object.keys(TARGETS))(
    "give only the library's errors: %s",
    { timeout: 30 * 60_000 },
    async (name) => {
      const call = TARGETS[name];
      const names = await optionNames(call);
      let refused = 0;
      for (let seed = 0; seed < INPUTS; seed++) {
        const options = randomOptions(names, randomStream(seed, `options of ${name}`));
        const error = await attack(() => call(options as never));
        if (error === undefined) continue;
        const given = Object.entries(options).map(([key, value]) => `${key}: ${show(value)}`);
        expect(error, `seed ${seed}, { ${given.join(", ")} }`).toBeInstanceOf(CifarKitError);
        refused++;
      }
      expect(refused).toBeGreaterThan(INPUTS / 4);
    },
  );
});

function show(value: unknown): string {
  try {
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

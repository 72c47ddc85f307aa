import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  buildCifarModel,
  evaluate,
  type History,
  ImageDataGenerator,
  ImageSet,
  sgd,
  toDataset,
  trainPhase,
  trainTwoPhase,
} from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

beforeAll(() => useBackend("wasm"));

const models: LayersModel[] = [];
const model = (options = {}): LayersModel => {
  const built = tinyModel(options);
  models.push(built);
  return built;
};
let tensorsBefore = 0;
beforeAll(() => {
  tensorsBefore = tf.memory().numTensors;
});
afterEach(() => {
  models.splice(0).forEach((built) => built.dispose());
});
afterAll(() => {
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

/** What a seed fixes: everything but the clock. */
const reproducible = ({ seconds: _, ...history }: History): Omit<History, "seconds"> => history;
const weightsOf = (m: LayersModel): number[] => m.getWeights().flatMap((w) => [...w.dataSync()]);
const QUIET = { verbose: 0 } as const;

describe("trainPhase", () => {
  it("takes ceil(n / batch) steps an epoch plainly and floor(n / batch) with a generator", async () => {
    const train = tinyImages(70);
    const count = async (options: object): Promise<number[]> => {
      const steps: number[] = [];
      let batches = 0;
      await trainPhase(model(), {
        train,
        epochs: 2,
        batchSize: 32,
        ...QUIET,
        ...options,
        callbacks: [
          {
            onBatchEnd: () => {
              batches++;
            },
            onEpochEnd: () => {
              steps.push(batches);
              batches = 0;
            },
          },
        ],
      });
      return steps;
    };
    const generator = new ImageDataGenerator({ horizontalFlip: true });
    expect(await count({})).toEqual([3, 3]);
    expect(await count({ augmentation: generator })).toEqual([2, 2]);
    expect(await count({ augmentation: generator, dropRemainder: false })).toEqual([3, 3]);
    expect(await count({ dropRemainder: true })).toEqual([2, 2]);
  });

  it("gives the same history and weights for the same seed, and others for another", async () => {
    const train = tinyImages(64);
    const run = async (seed: number): Promise<[unknown, number[]]> => {
      const m = model({ seed, dropoutRate: 0.3 });
      const history = await trainTwoPhase(m, {
        train,
        validation: train.take(20),
        epochs: [2, 2],
        seed,
        ...QUIET,
      });
      return [reproducible(history.all), weightsOf(m)];
    };
    const [first, again, other] = [await run(0), await run(0), await run(1)];
    expect(again).toEqual(first);
    expect(other[0]).not.toEqual(first[0]);
  });

  it("averages loss and accuracy over the samples of the epoch, the short batch by its size", async () => {
    const train = tinyImages(40);
    const m = model({ dropoutRate: 0 });
    const losses: number[] = [];
    const sizes: number[] = [];
    const copy = tinyModel({ dropoutRate: 0 });
    copy.setWeights(m.getWeights());
    const dataset = toDataset(train, { batchSize: 32, shuffle: true, seed: 5 });
    await dataset.forEachAsync(() => undefined);
    const again = toDataset(train, { batchSize: 32, shuffle: true, seed: 5 });
    const iterator = await again.iterator();
    for (;;) {
      const next = await iterator.next();
      if (next.done) break;
      const value = next.value;
      const [loss] = (await copy.trainOnBatch(value.xs, value.ys)) as number[];
      losses.push(loss);
      sizes.push(value.xs.shape[0]);
      tf.dispose(value);
    }
    const history = await trainPhase(m, { train, epochs: 1, seed: 5, ...QUIET });
    const mean = losses.reduce((sum, loss, i) => sum + loss * sizes[i], 0) / 40;
    expect(sizes).toEqual([32, 8]);
    // The same numbers on the same path: only the order of the final sum could differ.
    expect(history.loss[0]).toBeCloseTo(mean, 12);
    expect(weightsOf(m)).toEqual(weightsOf(copy));
    copy.dispose();
    tf.disposeVariables();
  });

  it("learns the colours of the tiny images, and measures the validation set as evaluate does", async () => {
    const train = tinyImages(96);
    const validation = tinyImages(30, 9);
    const m = model();
    const history = await trainPhase(m, { train, validation, epochs: 12, batchSize: 8, ...QUIET });
    const { loss, accuracy } = await evaluate(m, validation);
    expect(history.accuracy.at(-1)).toBeGreaterThan(0.9);
    expect(accuracy).toBeGreaterThan(0.9);
    expect(history.valLoss.at(-1)).toBe(loss);
    expect(history.valAccuracy.at(-1)).toBe(accuracy);
    expect(history.seconds).toHaveLength(12);
  });

  it("lets a callback change the learning rate and stop the run", async () => {
    const rates: number[] = [];
    const m = model({ learningRate: 0.01 });
    const history = await trainPhase(m, {
      train: tinyImages(32),
      epochs: 10,
      ...QUIET,
      callbacks: [
        {
          onEpochEnd: (epoch, _logs, run) => {
            rates.push(run.learningRate);
            run.learningRate /= 10;
            if (epoch === 2) run.stopTraining();
          },
        },
      ],
    });
    expect(history.epochs).toEqual([0, 1, 2]);
    expect(rates.map((rate) => rate.toPrecision(3))).toEqual(["0.0100", "0.00100", "0.000100"]);
  });

  it("stops with the signal's reason after the step under way, and leaks nothing", async () => {
    const m = model();
    await trainPhase(m, { train: tinyImages(32), epochs: 1, ...QUIET });
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const run = trainPhase(m, {
      train: tinyImages(64),
      epochs: 5,
      signal: controller.signal,
      ...QUIET,
      callbacks: [
        {
          onBatchEnd: (batch) => {
            if (batch === 1) controller.abort("enough");
          },
        },
      ],
    });
    await expect(run).rejects.toBe("enough");
    expect(tf.memory().numTensors).toBe(before);
  });

  it("leaks no tensor when a callback throws, nor over many steps", async () => {
    const m = model();
    const train = tinyImages(160);
    await trainPhase(m, { train, epochs: 1, batchSize: 8, ...QUIET });
    const before = tf.memory().numTensors;
    await trainPhase(m, { train, epochs: 2, batchSize: 8, ...QUIET });
    expect(tf.memory().numTensors).toBe(before);
    const run = trainPhase(m, {
      train,
      epochs: 1,
      batchSize: 8,
      ...QUIET,
      callbacks: [
        {
          onBatchEnd: (batch) => {
            if (batch === 10) throw new Error("from the callback");
          },
        },
      ],
    });
    await expect(run).rejects.toThrow("from the callback");
    expect(tf.memory().numTensors).toBe(before);
  });

  it("gives way to the event loop", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await trainPhase(model(), { train: tinyImages(200), epochs: 1, batchSize: 8, ...QUIET });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
  });

  it("reads values back from the device once every many steps", async () => {
    const m = model();
    const read = vi.spyOn(tf.backend(), "read");
    await trainPhase(m, { train: tinyImages(320), epochs: 1, batchSize: 8, ...QUIET });
    // 40 steps: after the first, after every 20, and at the end.
    expect(read.mock.calls.length).toBeLessThanOrEqual(4);
    read.mockRestore();
  });

  it("stops before a batch with bad pixels, and keeps what it has learned", async () => {
    let batch = 0;
    const train = toDataset(tinyImages(64), { batchSize: 8 }).map(({ xs, ys }) => ({
      xs: ++batch === 3 ? tf.mul(xs, NaN) : tf.clone(xs),
      ys,
    }));
    const m = model();
    const clean = model();
    const two = train.take(2);
    await expect(trainPhase(m, { train, epochs: 2, ...QUIET })).rejects.toThrow(
      "trainPhase: expected finite pixels in batch 3 of the epoch, got NaN or infinity",
    );
    // The weights are those after the two good batches.
    batch = 0;
    await trainPhase(clean, { train: two, epochs: 1, ...QUIET });
    expect(weightsOf(m)).toEqual(weightsOf(clean));
  });

  it("stops at a loss that is not a number and names the step", async () => {
    const m = model();
    let step = 0;
    const loss = (_: tf.Tensor, yPred: tf.Tensor): tf.Tensor =>
      tf.mul(tf.mean(yPred, 1), ++step === 3 ? NaN : 1);
    m.compile({ optimizer: sgd(), loss });
    const run = trainPhase(m, { train: tinyImages(64), epochs: 2, batchSize: 8, ...QUIET });
    await expect(run).rejects.toThrow("finite losses, got NaN or infinity in step 3 of epoch 1");
    m.optimizer.dispose();
  });

  it("trains on a tf.data pipeline of the user's own", async () => {
    const train = tinyImages(64);
    const m = model();
    const dataset = toDataset(train, { batchSize: 16, shuffle: true })
      .map(({ xs, ys }) => ({ xs: tf.mul(xs, 0.5), ys }))
      .prefetch(2);
    const history = await trainPhase(m, {
      train: dataset,
      validation: dataset,
      epochs: 2,
      ...QUIET,
    });
    expect(history.loss).toHaveLength(2);
    expect(history.valAccuracy).toHaveLength(2);
  });

  it("measures the named metrics of tfjs-layers that take class indices", async () => {
    const m = model({ compile: false });
    m.compile({
      optimizer: sgd(),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy", "sparseCategoricalCrossentropy"],
    });
    let logs: Record<string, number> = {};
    const { loss } = await trainPhase(m, {
      ...{ train: tinyImages(32), epochs: 1, ...QUIET },
      callbacks: [{ onEpochEnd: (_, given) => void (logs = given) }],
    });
    expect(Object.values(logs)).toHaveLength(3);
    expect(Object.values(logs)[2]).toBeCloseTo(loss[0], 5);
    m.optimizer.dispose();
  });

  it("trains models that tfjs-layers users built themselves, one-hot losses included", async () => {
    const plain = tfl.sequential({
      layers: [
        tfl.layers.flatten({ inputShape: [8, 8, 3] }),
        tfl.layers.dense({ units: 3, activation: "softmax" }),
      ],
    });
    plain.compile({ optimizer: "sgd", loss: "categoricalCrossentropy", metrics: ["accuracy"] });
    const history = await trainPhase(plain, { train: tinyImages(64), epochs: 3, ...QUIET });
    expect(history.loss[2]).toBeLessThan(history.loss[0]);
    expect(history.accuracy).toHaveLength(3);
    plain.dispose();
  });
});

describe("trainTwoPhase", () => {
  it("keeps the optimizer's state from phase to phase and counts epochs through", async () => {
    const m = model();
    const { plain, augmented, all } = await trainTwoPhase(m, {
      train: tinyImages(64),
      epochs: [2, 3],
      ...QUIET,
    });
    expect(plain.epochs).toEqual([0, 1]);
    expect(augmented.epochs).toEqual([0, 1, 2]);
    expect(all.epochs).toEqual([0, 1, 2, 3, 4]);
    expect(all.loss).toEqual([...plain.loss, ...augmented.loss]);
    expect(m.optimizer.iterations).toBe(5 * 2);
  });
});

describe("bad input is refused before the first step", () => {
  const train = tinyImages(8);
  const cases: [string, () => Promise<unknown>, RegExp][] = [
    [
      "an unknown option",
      () => trainPhase(model(), { train, epochs: 1, epoch: 2 } as never),
      /did you mean epochs/,
    ],
    [
      "negative epochs",
      () => trainPhase(model(), { train, epochs: -1 }),
      /epochs to be a whole number of at least 0/,
    ],
    [
      "a batch size of 0",
      () => trainPhase(model(), { train, epochs: 1, batchSize: 0 }),
      /batchSize/,
    ],
    [
      "a seed that is no integer",
      () => trainPhase(model(), { train, epochs: 1, seed: 0.5 }),
      /seed/,
    ],
    ["verbose 3", () => trainPhase(model(), { train, epochs: 1, verbose: 3 as never }), /verbose/],
    [
      "callbacks that are no list",
      () => trainPhase(model(), { train, epochs: 1, callbacks: {} as never }),
      /callbacks/,
    ],
    [
      "a callback that has losses read every 0 steps",
      () => trainPhase(model(), { train, epochs: 1, callbacks: [{ readEvery: 0 }] }),
      /readEvery to be a whole number of at least 1/,
    ],
    [
      "a validationSplit that is no number",
      () => trainPhase(model(), { train, epochs: 1, validationSplit: NaN }),
      /validationSplit to be a finite number in \[0, 1\)/,
    ],
    [
      "an empty set",
      () => trainPhase(model(), { train: train.take(0), epochs: 1 }),
      /at least 1 training image/,
    ],
    [
      "images of another shape",
      () => trainPhase(model({ inputShape: [9, 9, 3] }), { train, epochs: 1 }),
      /9 x 9 x 3/,
    ],
    [
      "another number of classes",
      () => trainPhase(model({ numClasses: 4 }), { train, epochs: 1 }),
      /3 outputs/,
    ],
    [
      "a model that is not compiled",
      () => trainPhase(model({ compile: false }), { train, epochs: 1 }),
      /compiled/,
    ],
    [
      "fewer images than a batch, augmented",
      () => trainTwoPhase(model(), { train, epochs: [1, 1] }),
      /at least 32 training images/,
    ],
    [
      "an array instead of a set",
      () => trainPhase(model(), { train: [] as never, epochs: 1 }),
      /ImageSet/,
    ],
    [
      "epochs that are no pair",
      () => trainTwoPhase(model(), { train, epochs: [1] as never }),
      /\[plain, augmented\]/,
    ],
    ["no model", () => trainPhase({} as never, { train, epochs: 1 }), /LayersModel/],
    [
      "a generator beside a dataset",
      () =>
        trainPhase(model(), {
          train: toDataset(train),
          epochs: 1,
          augmentation: new ImageDataGenerator(),
        }),
      /ImageSet only/,
    ],
    [
      "a dataset of something else",
      () =>
        trainPhase(model(), {
          train: toDataset(train).map(() => ({ a: 1 })),
          epochs: 1,
          verbose: 0,
        }),
      /batches \{ xs/,
    ],
  ];
  it.each(cases)("%s", async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });

  it("a disposed model", async () => {
    const m = tinyModel();
    m.dispose();
    await expect(trainPhase(m, { train, epochs: 1 })).rejects.toThrow(/disposed/);
    await expect(evaluate(m, train)).rejects.toThrow(/disposed/);
  });

  it("labels without a class and arrays that do not fit", () => {
    const part = { images: new Uint8Array(192), imageShape: [8, 8, 3] as const, classNames: ["a"] };
    expect(() => new ImageSet({ ...part, labels: Uint8Array.of(1) })).toThrow(/label 1 at index 0/);
    expect(() => new ImageSet({ ...part, labels: Uint8Array.of(0, 0) })).toThrow(/384 bytes/);
    expect(() => buildCifarModel({ dropoutRate: 1 })).toThrow(/dropoutRate/);
  });
});

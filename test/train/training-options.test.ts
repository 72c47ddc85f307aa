/** Weights, smoothed and mixed labels, parts of epochs, and views of an image in prediction. */
import * as tf from "@tensorflow/tfjs-core";
import { generator as datasetOf } from "@tensorflow/tfjs-data";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  evaluate,
  ImageDataGenerator,
  imageFlow,
  pipeline,
  ImageSet,
  mixup,
  predict,
  sgd,
  train as runPhases,
  trainPhase,
  trainValidationSplit,
  type TrainPhaseOptions,
  trainTwoPhase,
  withKerasLayers,
} from "cifar-kit";
import { splitIndices } from "../../src/dataset/train-validation-split.ts";
import { useBackend } from "../helpers/backends.ts";
import { expectClose } from "../helpers/close.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

beforeAll(() => useBackend("wasm"));

const models: tfl.LayersModel[] = [];
let tensorsBefore = 0;
beforeAll(() => {
  tensorsBefore = tf.memory().numTensors;
});
afterEach(() => {
  for (const model of models.splice(0)) {
    model.optimizer.dispose();
    model.dispose();
  }
});
afterAll(() => {
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

const RATE = 0.5;
const train = tinyImages(24);
const classes = train.classNames.length;

/** A softmax regression: its training step is short enough to be written out in double precision. */
function regression(loss = "sparseCategoricalCrossentropy"): tfl.LayersModel {
  const model = tfl.sequential();
  model.add(tfl.layers.flatten({ inputShape: [8, 8, 3] }));
  model.add(
    tfl.layers.dense({
      units: classes,
      activation: "softmax",
      kernelInitializer: tfl.initializers.glorotUniform({ seed: 5 }),
    }),
  );
  withKerasLayers(model);
  model.compile({ optimizer: sgd({ learningRate: RATE }), loss, metrics: ["accuracy"] });
  models.push(model);
  return model;
}

function network(seed = 4): tfl.LayersModel {
  const model = tinyModel({ seed });
  models.push(model);
  return model;
}

const weightsOf = (m: tfl.LayersModel): number[] =>
  m.getWeights().flatMap((w) => [...w.dataSync()]);

/** Loss and change of the biases in one step on all images, by the textbook. */
async function textbook(
  model: tfl.LayersModel,
  images: Float32Array | ImageSet,
  targets: (image: number, k: number) => number,
  weight: (image: number) => number = () => 1,
): Promise<{ loss: number; bias: number[] }> {
  const { probabilities, shape } = await predict(model, images);
  const [n, k] = shape;
  let loss = 0;
  const bias = Array<number>(k).fill(0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      const p = probabilities[i * k + j];
      loss -= (weight(i) * targets(i, j) * Math.log(p)) / n;
      bias[j] -= (RATE * weight(i) * (p - targets(i, j))) / n;
    }
  }
  return { loss, bias };
}

async function expectStep(
  model: tfl.LayersModel,
  options: Partial<TrainPhaseOptions>,
  expected: { loss: number; bias: number[] },
): Promise<void> {
  const { loss } = await trainPhase(model, {
    ...{ train, epochs: 1, batchSize: 24, verbose: 0 },
    ...options,
  });
  // 24 terms of float32, whose sum is as large as the largest of them.
  expectClose(loss, [expected.loss], { rtol: 24 * 2 ** -23, what: "loss" });
  const bias = model.getWeights()[1].dataSync();
  expectClose(bias, expected.bias, { rtol: 0, atol: 24 * 2 ** -23, what: "bias" });
}

const oneHot = (i: number, k: number): number => (train.labels[i] === k ? 1 : 0);
const LOSSES = ["sparseCategoricalCrossentropy", "categoricalCrossentropy"];

describe.each(LOSSES)("a step with %s", (loss) => {
  it("weights each class", async () => {
    const model = regression(loss);
    const classWeight = { 0: 3, 2: 0 };
    const weight = (i: number): number => [3, 1, 0][train.labels[i]];
    await expectStep(model, { classWeight }, await textbook(model, train, oneHot, weight));
  });

  it("weights each image, and multiplies both weights", async () => {
    const model = regression(loss);
    const sampleWeight = Float32Array.from({ length: 24 }, (_, i) => i / 8);
    const weight = (i: number): number => sampleWeight[i] * [1, 0.5, 1][train.labels[i]];
    await expectStep(
      model,
      { sampleWeight, classWeight: { 1: 0.5 } },
      await textbook(model, train, oneHot, weight),
    );
  });

  it("smooths labels", async () => {
    const model = regression(loss);
    const targets = (i: number, k: number): number => 0.7 * oneHot(i, k) + 0.3 / classes;
    await expectStep(model, { labelSmoothing: 0.3 }, await textbook(model, train, targets));
  });

  it("learns mixed images with the labels of both", async () => {
    const model = regression(loss);
    const flow = imageFlow(train, {
      augmentation: pipeline({ mix: mixup() }),
      batchSize: 24,
      seed: 3,
    });
    const { xs, targets } = flow.batch(0, 0);
    const expected = await textbook(model, xs, (i, k) => targets![i * classes + k]);
    await expectStep(model, { train: flow, batchSize: 32 }, expected);
  });
});

describe("epochs", () => {
  it("begin at initialEpoch as if the ones before had been trained", async () => {
    const options = { train, batchSize: 8, verbose: 0, seed: 6 } as const;
    const straight = network();
    const whole = await trainPhase(straight, { ...options, epochs: 4 });
    const parted = network();
    await trainPhase(parted, { ...options, epochs: 2 });
    const rest = await trainPhase(parted, { ...options, initialEpoch: 2, epochs: 4 });
    expect(rest.epochs).toEqual([2, 3]);
    expect(rest.loss).toEqual(whole.loss.slice(2));
    expect(weightsOf(parted)).toEqual(weightsOf(straight));
  });

  it("end after stepsPerEpoch", async () => {
    const steps: number[] = [];
    const onBatchEnd = (step: number): void => void steps.push(step);
    const options = { train, batchSize: 8, verbose: 0, callbacks: [{ onBatchEnd }] } as const;
    await trainPhase(network(), { ...options, epochs: 2, stepsPerEpoch: 2 });
    expect(steps).toEqual([0, 1, 0, 1]);
    await trainTwoPhase(network(), { ...options, epochs: [1, 1], stepsPerEpoch: 1 });
    expect(steps.slice(4)).toEqual([0, 0]);
  });

  it("of a dataset go on where the last one ended, and begin it anew when it is exhausted", async () => {
    const seen: number[] = [];
    const dataset = datasetOf(function* () {
      for (let i = 0; i < 3; i++) {
        seen.push(i);
        yield { xs: tf.fill([2, 8, 8, 3], i / 3), ys: tf.tensor1d([0, 1], "int32") };
      }
    });
    await trainPhase(regression(), { train: dataset, epochs: 4, stepsPerEpoch: 2, verbose: 0 });
    expect(seen).toEqual([0, 1, 2, 0, 1, 2, 0, 1]);
  });

  it("of a dataset may have weights", async () => {
    const dataset = datasetOf(function* () {
      const images = Float32Array.from(train.images, (byte) => byte / 255);
      yield {
        xs: tf.tensor4d(images, [24, 8, 8, 3]),
        ys: tf.tensor1d(Int32Array.from(train.labels), "int32"),
        sampleWeight: tf.range(0, 24),
      };
    });
    const model = regression();
    const expected = await textbook(model, train, oneHot, (i) => i);
    const { loss } = await trainPhase(model, { train: dataset, epochs: 1, verbose: 0 });
    expectClose(loss, [expected.loss], { rtol: 24 * 2 ** -23 });
  });

  it("are measured on a stratified split with validationSplit", async () => {
    const sorted = train.subset([...train.labels.keys()].sort((a, b) => (a % 3) - (b % 3)));
    for (const seed of [0, 7]) {
      const model = network();
      const options = { epochs: 1, batchSize: 6, seed, verbose: 0 } as const;
      const history = await trainPhase(model, { ...options, train: sorted, validationSplit: 0.25 });
      const split = trainValidationSplit(sorted, { fraction: 0.25, seed });
      expect([...split.validation.labels]).toEqual([0, 0, 1, 1, 2, 2]);
      const expected = await trainPhase(network(), { ...options, ...split });
      const { seconds, health } = history;
      expect(history).toEqual({ ...expected, seconds, health });
      expect((await evaluate(model, split.validation)).loss).toBe(history.valLoss[0]);
    }
  });
});

describe("validation", () => {
  it.each([
    ["lacks a class of it", (set: ImageSet) => set, /no image to train on of: blue\./],
    [
      "has its classes in another order",
      ({ classNames, ...parts }: ImageSet) =>
        new ImageSet({ ...parts, classNames: [...classNames].reverse() }),
      /classes of the validation are not those of the training/,
    ],
  ])("is named once if the training %s", async (_, change, message) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const twoClasses = train.subset([...train.labels.keys()].filter((i) => train.labels[i] < 2));
    const options = {
      train: twoClasses,
      validation: change(train),
      epochs: 1,
      verbose: 0,
    } as const;
    const model = network();
    for (let run = 0; run < 2; run++) await trainPhase(model, options);
    // Flows are made of images, too.
    await trainPhase(model, { ...options, train: imageFlow(twoClasses) });
    await trainPhase(model, { ...options, validation: imageFlow(options.validation) });
    expect(warn.mock.calls).toEqual([[expect.stringMatching(message)]]);
    warn.mockClear();
    const other = twoClasses.subset([...twoClasses.labels.keys()]);
    const flows = { train: imageFlow(other), validation: imageFlow(change(train)) };
    await trainPhase(model, { ...options, ...flows });
    expect(warn.mock.calls).toEqual([[expect.stringMatching(message)]]);
    warn.mockRestore();
  });

  it("has the classes of the training if only Unicode spells them in another way", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const named = (name: string): ImageSet => {
      const { images, labels, imageShape } = train;
      return new ImageSet({ images, labels, imageShape, classNames: [name, "green", "blue"] });
    };
    const [composed, decomposed] = ["NFC", "NFD"].map((form) => named("caf\u00e9".normalize(form)));
    const options = { epochs: 1, batchSize: 24, verbose: 0 } as const;
    await trainPhase(network(), { ...options, train: composed, validation: decomposed });
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it("weighs the images that were cut off from weighted ones", async () => {
    const model = regression();
    const sampleWeight = Float32Array.from({ length: 24 }, (_, i) => 1 + i);
    const split = { validationSplit: 0.25, sampleWeight };
    const { loss, valLoss } = await trainPhase(model, {
      ...{ train, epochs: 1, batchSize: 18, verbose: 0, ...split },
    });
    const indices = splitIndices(train, 6, 0);
    const weighted = async (images: number[], of: tfl.LayersModel): Promise<number> => {
      const { probabilities } = await predict(of, train.subset(images));
      const sum = images.reduce(
        (total, image, i) =>
          total - sampleWeight[image] * Math.log(probabilities[3 * i + train.labels[image]]),
        0,
      );
      return sum / images.length;
    };
    expectClose(valLoss, [await weighted(indices.validation, model)], { rtol: 1e-6 });
    // The one step measured the loss before it moved the weights.
    expectClose(loss, [await weighted(indices.train, regression())], { rtol: 1e-6 });
  });

  it("measures standardised images as the generator makes them", async () => {
    const model = regression();
    const generator = new ImageDataGenerator({ samplewiseCenter: true });
    const flow = generator.flow(train, { batchSize: 7, shuffle: false });
    const { loss, yTrue } = await evaluate(model, flow);
    const xs = Float32Array.from([...flow].flatMap((batch) => [...batch.xs]));
    const expected = await textbook(model, xs, oneHot);
    expectClose([loss], [expected.loss], { rtol: 1e-6 });
    expect([...yTrue]).toEqual([...train.labels]);
    const { valLoss } = await trainPhase(model, {
      ...{ train, validation: flow, epochs: 1, verbose: 0 },
    });
    expect(valLoss[0]).toBe((await evaluate(model, flow)).loss);
  });
});

describe("predict", () => {
  const mean = (...views: Float32Array[]): number[] =>
    Array.from(views[0], (_, i) => views.reduce((sum, view) => sum + view[i], 0) / views.length);

  it("averages an image and its mirror image", async () => {
    const model = network();
    const flipped = Float32Array.from({ length: train.images.length }, (_, at) => {
      const [pixel, channel] = [Math.floor(at / 3), at % 3];
      const [row, column] = [Math.floor(pixel / 8), pixel % 8];
      return train.images[(row * 8 + 7 - column) * 3 + channel] / 255;
    });
    const { probabilities, classes: chosen } = await predict(model, train, {
      testTimeAugmentation: "flip",
      batchSize: 7,
    });
    const [a, b] = [await predict(model, train), await predict(model, flipped)];
    expectClose(probabilities, mean(a.probabilities, b.probabilities), { rtol: 1e-6 });
    const best = [0, 1, 2].reduce((k, j) => (probabilities[j] > probabilities[k] ? j : k));
    expect(chosen[0]).toBe(best);
  });

  it("averages the logits of six views, whatever the batch size", async () => {
    const model = network();
    const plain = await predict(model, train);
    const moved = (by: number, isMirrored: boolean): Float32Array =>
      Float32Array.from(train.images, (_, at) => {
        const [pixel, channel] = [Math.floor(at / 3), at % 3];
        const [image, row, column] = [pixel >> 6, (pixel >> 3) & 7, pixel & 7];
        // Reflected at the edges: 1 stands before 0, 6 behind 7.
        const inside = (place: number): number => (place < 0 ? 1 : place > 7 ? 6 : place);
        const [y, x] = [inside(row + by), inside((isMirrored ? 7 - column : column) + by)];
        return train.images[((image * 8 + y) * 8 + x) * 3 + channel] / 255;
      });
    const sums = new Float64Array(plain.probabilities.length);
    for (const by of [0, 1, -1]) {
      for (const isMirrored of [false, true]) {
        const { probabilities } = await predict(model, moved(by, isMirrored));
        probabilities.forEach((p, i) => (sums[i] += Math.log(p) * (by === 0 ? 0.25 : 0.125)));
      }
    }
    const expected = Array.from(sums, (sum, i) => {
      const row = [...sums.slice(i - (i % 3), i - (i % 3) + 3)];
      return Math.exp(sum) / row.reduce((total, each) => total + Math.exp(each), 0);
    });
    for (const batchSize of [5, 24]) {
      const six = await predict(model, train, { batchSize, testTimeAugmentation: "six" });
      expectClose(six.probabilities, expected, { rtol: 1e-5, atol: 1e-7 });
    }
  });

  it("refuses six views to a model that gives no probabilities", async () => {
    const logits = tfl.sequential({
      layers: [tfl.layers.flatten({ inputShape: [8, 8, 3] }), tfl.layers.dense({ units: 3 })],
    });
    await expect(predict(logits, train, { testTimeAugmentation: "six" })).rejects.toThrow(
      /a model that gives probabilities.*softmax/,
    );
    logits.dispose();
  });

  it("averages an image and random views of it, whatever the batch size", async () => {
    const model = network();
    const generator = new ImageDataGenerator({ widthShiftRange: 0.3, horizontalFlip: true });
    const testTimeAugmentation = { augmentation: generator, views: 2, seed: 8 };
    const flow = generator.flow(train, { batchSize: 24, shuffle: false, seed: 8 });
    const views = await Promise.all([0, 1].map((epoch) => predict(model, flow.batch(epoch, 0).xs)));
    const plain = await predict(model, train);
    const expected = mean(...[plain, ...views].map(({ probabilities }) => probabilities));
    for (const batchSize of [5, 24]) {
      const { probabilities } = await predict(model, train, { batchSize, testTimeAugmentation });
      expectClose(probabilities, expected, { rtol: 1e-5 });
    }
  });

  it("standardises the image itself as the generator does its views", async () => {
    const model = network();
    const generator = new ImageDataGenerator({ samplewiseCenter: true });
    const { xs } = generator.flow(train, { batchSize: 24, shuffle: false }).batch(0, 0);
    const { probabilities } = await predict(model, train, {
      testTimeAugmentation: { augmentation: generator, views: 1 },
    });
    expectClose(probabilities, (await predict(model, xs)).probabilities, { rtol: 1e-5 });
  });

  it.each([
    ["flop", /"six" or/],
    [{ augmentation: {} }, /an augmenter/],
    [{ augmentation: new ImageDataGenerator({}), views: 0 }, /views/],
    [{ augmentation: new ImageDataGenerator({}), view: 1 }, /did you mean views/],
  ])("refuses %j", async (testTimeAugmentation, message) => {
    const options = { testTimeAugmentation } as never;
    await expect(predict(network(), train, options)).rejects.toThrow(message);
  });

  it("refuses random views of floats", async () => {
    const testTimeAugmentation = { augmentation: new ImageDataGenerator({}) };
    const floats = new Float32Array(192);
    await expect(predict(network(), floats, { testTimeAugmentation })).rejects.toThrow(/ImageSet/);
  });
});

describe("refuses before the first step", () => {
  const dataset = (): never =>
    datasetOf(function* () {
      yield { xs: tf.zeros([2, 8, 8, 3]), ys: tf.tensor1d([0, 1], "int32") };
    }) as never;
  const cases: [string, object | (() => object), RegExp][] = [
    ["a class that is not there", { classWeight: { 7: 1 } }, /classWeight for classes/],
    ["a negative class weight", { classWeight: { 1: -1 } }, /classWeight\[1\]/],
    ["too few sample weights", { sampleWeight: [1, 2] }, /24 sample weights/],
    ["a sample weight of NaN", { sampleWeight: Array(24).fill(NaN) }, /sampleWeight\[0\]/],
    ["class weights as a Map", { classWeight: new Map([[0, 2]]) }, /Object\.fromEntries/],
    ["class weights of null", { classWeight: null }, /classWeight to be an object/],
    ["a class weight by another name", { classWeight: { length: 3 } }, /one for "length"/],
    ["class weights of 0", { classWeight: { 0: 0, 1: 0, 2: 0 } }, /got 0 for all/],
    ["sample weights of 0", { sampleWeight: new Float32Array(24) }, /got 0 for all/],
    ["images to come", () => ({ train: Promise.resolve(train) }), /train itself, .*await it/],
    ["callbacks to come", () => ({ callbacks: Promise.resolve([]) }), /callbacks itself, .*await/],
    ["two sets", { train: { train, test: train } }, /pass a part of it, such as \.train/],
    ["no validation images", { validation: train.take(0) }, /: validation: .* one image/],
    ["sample weights of null", { sampleWeight: Array(24).fill(null) }, /sampleWeight\[0\]/],
    ["sample weights as texts", { sampleWeight: Array(24).fill("2") }, /sampleWeight\[0\]/],
    ["no sample weights", { sampleWeight: null }, /sampleWeight to be a list/],
    ["weights that are no list", { sampleWeight: 3 }, /sampleWeight to be a list/],
    ["smoothing of 1", { labelSmoothing: 1 }, /labelSmoothing/],
    ["more steps than batches", { stepsPerEpoch: 4, batchSize: 8 }, /stepsPerEpoch of at most 3/],
    ["no steps", { stepsPerEpoch: 0 }, /stepsPerEpoch/],
    ["a late initialEpoch", { initialEpoch: 2 }, /initialEpoch/],
    ["a split of everything", { validationSplit: 1 }, /validationSplit/],
    ["a split that leaves nothing", { validationSplit: 0.99 }, /images to validate on/],
    ["both ways to validate", { validationSplit: 0.5, validation: train }, /validationSplit/],
    ["weights beside a dataset", () => ({ train: dataset(), classWeight: {} }), /known beforehand/],
    ["smoothing beside a dataset", () => ({ train: dataset(), labelSmoothing: 0.1 }), /pipeline/],
    [
      "a generator beside a flow",
      () => ({ train: imageFlow(train), augmentation: new ImageDataGenerator({}) }),
      /a flow beside it/,
    ],
  ];
  it.each(cases)("%s", async (_, options, message) => {
    const model = network();
    const before = weightsOf(model);
    const given = typeof options === "function" ? (options as () => object)() : options;
    await expect(trainPhase(model, { train, epochs: 1, verbose: 0, ...given })).rejects.toThrow(
      message,
    );
    expect(weightsOf(model)).toEqual(before);
  });

  it("a late initialEpoch of a phase, by its name", async () => {
    const phases = [{ epochs: 1 }, { epochs: 1, initialEpoch: 2 }];
    await expect(runPhases(network(), { train, phases })).rejects.toThrow(
      "expected phases[1].initialEpoch to be a whole number in [0, 1], got 2",
    );
  });

  it("a dataset to augment, by its kind", async () => {
    await expect(trainTwoPhase(network(), { train: dataset() })).rejects.toThrow(/got a Dataset;/);
  });

  it("images to come where they are measured", async () => {
    await expect(evaluate(network(), Promise.resolve(train) as never)).rejects.toThrow(
      /; await it/,
    );
  });

  it("smoothing with another loss than cross-entropy", async () => {
    const model = regression("meanSquaredError");
    await expect(
      trainPhase(model, { train, epochs: 1, verbose: 0, labelSmoothing: 0.1 }),
    ).rejects.toThrow(/cross-entropy/);
  });
});

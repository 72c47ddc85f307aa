/** Augmenters where they are not only trained with: what they measure, show, and weigh. */
import * as tf from "@tensorflow/tfjs-core";
import { layers as L, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import {
  type Augmenter,
  evaluate,
  ImageDataGenerator,
  imageFlow,
  type ImageSet,
  mixup,
  pipeline,
  predict,
  randomFlip,
  sgd,
  train,
  trainPhase,
  trainValidationSplit,
} from "cifar-kit";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages } from "../helpers/tiny.ts";
import { flowLike } from "../helpers/user-flow.ts";

beforeAll(() => useBackend("cpu"));
const open: LayersModel[] = [];
afterEach(() => {
  for (const model of open.splice(0)) model.dispose();
});

const set = tinyImages(24);

function network(): LayersModel {
  const model = sequential({
    layers: [
      L.flatten({ inputShape: [8, 8, 3] }),
      L.dense({ units: 3, activation: "softmax", kernelInitializer: "zeros" }),
    ],
  });
  const optimizer = sgd({ learningRate: 0.01 });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  open.push(model);
  return model;
}

const own = (of: (images: ImageSet) => ImageSet): Augmenter => ({
  flow: (images, options) => imageFlow(of(images), options),
});

describe("what validationSplit cuts off", () => {
  const generator = (options: object): ImageDataGenerator => {
    const augmentation = new ImageDataGenerator(options);
    augmentation.fit(set);
    return augmentation;
  };
  it.each([
    ["standardised", { featurewiseCenter: true, featurewiseStdNormalization: true }],
    ["scaled", { rescale: 1 / 100 }],
  ])("is measured as the phase trains on it: %s", async (_, options) => {
    const augmentation = generator(options);
    const model = network();
    const { valLoss, valAccuracy } = await trainPhase(model, {
      ...{ train: set, epochs: 2, batchSize: 6, seed: 1, verbose: 0 },
      augmentation,
      validationSplit: 0.25,
    });
    const { validation } = trainValidationSplit(set, { fraction: 0.25, seed: 1 });
    const seen = await evaluate(model, augmentation.flow(validation, { shuffle: false }));
    expect([valLoss[1], valAccuracy[1]]).toEqual([seen.loss, seen.accuracy]);
    expect(valLoss[1]).not.toBeCloseTo((await evaluate(model, validation)).loss, 4);
  });

  it("is measured in each phase as that one trains on it", async () => {
    const model = network();
    const losses: number[] = [];
    const { validation } = trainValidationSplit(set, { fraction: 0.25, seed: 1 });
    const { history } = await train(model, {
      ...{ train: set, batchSize: 6, seed: 1, verbose: 0, validationSplit: 0.25 },
      phases: [{ epochs: 1 }, { epochs: 1, augmentation: generator({ rescale: 1 }) }],
      callbacks: [
        {
          onEpochEnd: async (_epoch, _logs, { phase }) => {
            const flow = generator({ rescale: phase === 0 ? 1 / 255 : 1 }).flow(validation);
            losses.push((await evaluate(model, flow)).loss);
          },
        },
      ],
    });
    expect(history.valLoss[0]).toBeCloseTo(losses[0], 6);
    expect(history.valLoss[1]).toBeCloseTo(losses[1], 3);
  });
});

describe("validation images beside a generator", () => {
  it.each([
    [{ featurewiseCenter: true, featurewiseStdNormalization: true }, true],
    [{ samplewiseCenter: true }, true],
    [{ zcaWhitening: true }, true],
    [{ rescale: 1 }, true],
    [{ horizontalFlip: true }, false],
  ])("are named once if it standardises: %j", async (options, isNamed) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const augmentation = new ImageDataGenerator(options);
    augmentation.fit(set);
    const validation = set.take(6);
    const run = (given: object): Promise<unknown> =>
      trainPhase(network(), {
        ...{ train: set, epochs: 1, batchSize: 6, verbose: 0, augmentation, ...given },
      });
    for (let time = 0; time < 2; time++) await run({ validation });
    await run({ validation: augmentation.flow(set.take(6), { shuffle: false }) });
    await run({ validationSplit: 0.25 });
    const said = /pass validation: generator\.flow\(validation, \{ shuffle: false \}\)\.$/;
    expect(warn.mock.calls).toEqual(isNamed ? [[expect.stringMatching(said)]] : []);
    warn.mockRestore();
  });
});

describe("in test-time augmentation an augmenter is refused", () => {
  it.each<[string, Augmenter, RegExp]>([
    ["that mixes images", pipeline({ mix: mixup() }), /views that show one image each/],
    [
      "that mixes images behind another's back",
      { flow: (...args) => pipeline(randomFlip(), { mix: mixup() }).flow(...args) },
      /views that show one image each/,
    ],
    [
      "that shuffles",
      { flow: (images) => imageFlow(images, { batchSize: 1 }) },
      /image \d+ in the place of image 0/,
    ],
    ["with batches of its own", { flow: (images) => imageFlow(images) }, /one in a batch/],
    ["of fewer images", own((images) => images.take(4)), /got 4 images in batches of 1/],
    [
      "without a flow",
      { flow: () => null as never },
      /a flow, with methods batch and epoch, got null/,
    ],
    [
      "whose pixels are too few",
      {
        flow: (...args) => flowLike(imageFlow(...args), {}, ({ xs }) => ({ xs: xs.slice(1) })),
      },
      /a Float32Array of 192 values/,
    ],
    [
      "whose standardize gives too few values",
      { flow: imageFlow, standardize: (image: Float32Array) => image.slice(1) },
      /augmentation\.standardize: expected to return a Float32Array of 192 values/,
    ],
  ])("%s", async (_, augmentation, message) => {
    const model = network();
    const before = tf.memory().numTensors;
    const options = { testTimeAugmentation: { augmentation } } as const;
    await expect(evaluate(model, set, options)).rejects.toThrow(message);
    await expect(predict(model, set, options)).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("weights of images", () => {
  const run = (options: object): Promise<unknown> =>
    trainPhase(network(), { train: set, epochs: 1, batchSize: 6, verbose: 0, ...options });
  const sampleWeight = new Float32Array(24).fill(1);

  it("are refused where the augmenter takes other images", async () => {
    const turned = own((images) => images.subset([...images.labels.keys()].reverse()));
    await expect(run({ augmentation: turned, sampleWeight })).rejects.toThrow(
      "an augmentation of all 24 images, got 24 of another set",
    );
    await run({ augmentation: turned });
    const fewer = own((images) => images.take(13));
    await expect(run({ augmentation: fewer })).rejects.toThrow("got 13 of another set");
    await run({ augmentation: own((images) => images), sampleWeight });
  });

  it("are refused with the index that is not in the set", async () => {
    const indices = Int32Array.of(0, 1, 2, 77, 4, 5);
    const augmentation: Augmenter = {
      flow: (...args) => flowLike(imageFlow(...args), { set: undefined }, () => ({ indices })),
    };
    await expect(run({ augmentation, sampleWeight })).rejects.toThrow(/got 77, of a set of 24/);
  });

  it.each<[string, object, RegExp]>([
    ["for a class by another spelling", { classWeight: { "01": 2 } }, /one for "01"/],
    ["beyond float32", { sampleWeight: new Array(24).fill(1e300) }, /1e\+300 for image 0/],
    [
      "whose product is",
      { sampleWeight: new Array(24).fill(1e30), classWeight: { 0: 1e30 } },
      /got 1.*e\+60 for image 0/,
    ],
  ])("are refused: %s", async (_, options, message) => {
    await expect(run(options)).rejects.toThrow(message);
  });
});

/** One meaning for pixels: bytes of every kind become the same floats in [0, 1], at every door. */
import * as tf from "@tensorflow/tfjs-core";
import { array, generator as datasetOf } from "@tensorflow/tfjs-data";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import {
  compose,
  evaluate,
  findLearningRate,
  ImageDataGenerator,
  imageFlow,
  pipeline,
  ImageSet,
  normalize,
  pictureSet,
  predict,
  resizeImage,
  sgd,
  toDataset,
  trainPhase,
  trainTwoPhase,
} from "cifar-kit";
import { NODE_BACKENDS, useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

const set = tinyImages(8);
const { images: bytes, labels, imageShape, classNames } = set;
const floats = normalize(bytes);
const clamped = new Uint8ClampedArray(bytes);
const shape: [number, number, number, number] = [8, 8, 8, 3];
const models: tfl.LayersModel[] = [];
const network = (): tfl.LayersModel => {
  models.push(tinyModel({ seed: 4 }));
  return models.at(-1)!;
};
const weightsOf = (model: tfl.LayersModel): number[] =>
  model.getWeights().flatMap((weight) => [...weight.dataSync()]);

/** What the library has said; TensorFlow.js says things, too. */
const said = (): unknown[] => warn.mock.calls.flat().filter((text) => /floats/.test(String(text)));

let warn: MockInstance<typeof console.warn>;
beforeEach(() => {
  warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
  warn.mockRestore();
});

/** The same images as every kind of pixels; tensors are made anew, and whoever takes them owns them. */
const TENSORS: Record<string, () => tf.Tensor> = {
  "int32 tensor": () => tf.tensor4d(bytes, shape, "int32"),
  "float32 tensor in [0, 1]": () => tf.tensor4d(floats, shape),
};
const ARRAYS: Record<string, ImageSet | Uint8Array | Uint8ClampedArray | Float32Array> = {
  ImageSet: set,
  "ImageSet of clamped bytes": new ImageSet({ images: clamped, labels, imageShape, classNames }),
  Uint8Array: bytes,
  Uint8ClampedArray: clamped,
  "part of a Uint8ClampedArray": new Uint8ClampedArray([9, ...bytes]).subarray(1),
  Buffer: Buffer.from(bytes),
  "Float32Array in [0, 1]": floats,
};

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  it("predict gives the same for every kind of pixels, to the bit", async () => {
    await useBackend(backend);
    const model = network();
    const { probabilities } = await predict(model, set);
    for (const [kind, images] of Object.entries(ARRAYS)) {
      expect((await predict(model, images)).probabilities, kind).toEqual(probabilities);
    }
    for (const [kind, make] of Object.entries(TENSORS)) {
      const images = make();
      expect((await predict(model, images)).probabilities, kind).toEqual(probabilities);
      images.dispose();
    }
    expect(said()).toEqual([]);
  });

  it("pipelines train, validate and measure on the same for every kind", async () => {
    await useBackend(backend);
    const ys = (): tf.Tensor => tf.tensor1d(Int32Array.from(labels), "int32");
    const results: unknown[] = [];
    for (const make of Object.values(TENSORS)) {
      const train = datasetOf(function* () {
        yield { xs: make(), ys: ys() };
      });
      const model = network();
      const before = tf.memory().numTensors;
      const { loss } = await evaluate(model, train);
      expect(tf.memory().numTensors).toBe(before);
      const options = { train, validation: train, epochs: 2, verbose: 0 } as const;
      const history = { ...(await trainPhase(model, options)), seconds: [], health: null };
      const range = await findLearningRate(model, { train, steps: 3, stopFactor: 1e9 });
      results.push([loss, history, weightsOf(model), range.losses]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(said()).toEqual([]);
  });
});

describe("bytes", () => {
  it("in arrays of a pipeline count as bytes, whichever array", async () => {
    await useBackend("wasm");
    const model = network();
    const losses: number[] = [];
    const kinds = [bytes, clamped, floats];
    for (const pixels of kinds) {
      const elements = Array.from(labels, (label, i) => ({
        xs: tf.tensor3d(pixels.slice(192 * i, 192 * (i + 1)) as Uint8Array, [8, 8, 3]),
        ys: label,
      }));
      losses.push((await evaluate(model, array(elements as never[]).batch(4))).loss);
    }
    expect(losses[1]).toBe(losses[0]);
    expect(losses[2]).toBe(losses[0]);
  });

  it("of a canvas fit a model of their size, transparency on white", async () => {
    await useBackend("wasm");
    const model = network();
    const data = new Uint8ClampedArray(256);
    const seen = new Uint8Array(192);
    for (let i = 0; i < 64; i++) {
      const alpha = i % 2 === 0 ? 255 : 0;
      data.set([bytes[3 * i], bytes[3 * i + 1], bytes[3 * i + 2], alpha], 4 * i);
      seen.set(alpha === 255 ? bytes.subarray(3 * i, 3 * i + 3) : [255, 255, 255], 3 * i);
    }
    // What a browser calls ImageData.
    const picture = { data, width: 8, height: 8, colorSpace: "srgb" };
    expect((await predict(model, picture)).probabilities).toEqual(
      (await predict(model, seen)).probabilities,
    );
    expect(resizeImage(picture, [8, 8, 3])).toEqual(seen);
    const pictures = await pictureSet(
      ["a/1.png", "b/1.png"].map((path) => ({ path, decode: () => Promise.resolve(picture) })),
      { imageShape: [8, 8, 3] },
    );
    expect(pictures.image(1)).toEqual(seen);
    await expect(
      predict(model, { data: new Uint8ClampedArray(64), width: 4, height: 4 }),
    ).rejects.toThrow(
      /picture of the model's size, 8 x 8, got 4 x 4; make it fit with resizeImage/,
    );
  });

  it("go through sets, flows, generators and resizing whichever array holds them", () => {
    const other = ARRAYS["ImageSet of clamped bytes"] as ImageSet;
    expect(other.images).toEqual(bytes);
    expect(other.images.buffer).toBe(clamped.buffer);
    expect(normalize(clamped)).toEqual(floats);
    const [a, b] = [bytes, clamped].map((data) =>
      resizeImage({ data: data.subarray(0, 192), width: 8, height: 8, channels: 3 }, [4, 4, 1]),
    );
    expect(b).toEqual(a);
    const generator = new ImageDataGenerator({ featurewiseStdNormalization: true });
    generator.fit(other);
    const image = Float32Array.from(set.image(0));
    for (const given of [set.image(0), clamped.subarray(0, 192)]) {
      expect(generator.standardize(given, imageShape)).toEqual(
        generator.standardize(image, imageShape),
      );
      expect(generator.applyTransform(given, imageShape, { theta: 30 })).toEqual(
        generator.applyTransform(image, imageShape, { theta: 30 }),
      );
    }
    const augmentation = compose({
      draw: () => undefined,
      apply: (pixels) => new Uint8ClampedArray(pixels) as never,
    });
    const options = { shuffle: false, batchSize: 8 };
    expect(
      imageFlow(set, { ...options, augmentation: pipeline(augmentation) }).batch(0, 0).xs,
    ).toEqual(imageFlow(other, options).batch(0, 0).xs);
    const doubled = new ImageDataGenerator({
      preprocessingFunction: (pixels) => Uint8ClampedArray.from(pixels, (value) => 2 * value),
    });
    expect(Math.max(...doubled.flow(set, options).batch(0, 0).xs)).toBe(1);
  });

  it("are what int32 tensors must hold", async () => {
    await useBackend("wasm");
    const model = network();
    for (const value of [-1, 256]) {
      const images = tf.fill(shape, value, "int32");
      await expect(predict(model, images)).rejects.toThrow(/to hold bytes, 0\.\.255, got values/);
      images.dispose();
      const train = datasetOf(function* () {
        yield { xs: tf.fill(shape, value, "int32"), ys: tf.zeros([8]) };
      });
      const before = tf.memory().numTensors;
      await expect(evaluate(model, train)).rejects.toThrow(/int32 xs in batch 1 .* hold bytes/);
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  it("are not what whole numbers are to a model that looks words up", async () => {
    await useBackend("cpu");
    const model = tfl.sequential({
      layers: [
        tfl.layers.embedding({ inputDim: 500, outputDim: 3, inputLength: 4 }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 2, activation: "softmax" }),
      ],
    });
    models.push(model);
    model.compile({ optimizer: sgd({ learningRate: 1 }), loss: "sparseCategoricalCrossentropy" });
    const [words] = model.getWeights();
    const before = words.dataSync().slice();
    const train = datasetOf(function* () {
      yield { xs: tf.fill([2, 4], 300, "int32"), ys: tf.tensor1d([0, 1], "int32") };
    });
    await trainPhase(model, { train, epochs: 1, verbose: 0 });
    const after = model.getWeights()[0].dataSync();
    expect(after.findIndex((value, i) => value !== before[i])).toBe(900);
  });
});

describe("floats above 2", () => {
  const large = Float32Array.from(bytes);
  const dataset = (pixels: Float32Array) =>
    datasetOf(function* () {
      yield { xs: tf.tensor4d(pixels, shape), ys: tf.tensor1d([...labels]) };
    });
  const standardizing = new ImageDataGenerator({ featurewiseStdNormalization: true });
  standardizing.fit(set);

  const DOORS: Record<string, (model: tfl.LayersModel, pixels: Float32Array) => Promise<unknown>> =
    {
      "predict of an array": (model, pixels) => predict(model, pixels),
      "predict of a tensor": async (model, pixels) => {
        const images = tf.tensor4d(pixels, shape);
        await predict(model, images);
        images.dispose();
      },
      evaluate: (model, pixels) => evaluate(model, dataset(pixels)),
      training: (model, pixels) =>
        trainPhase(model, { train: dataset(pixels), epochs: 1, verbose: 0 }),
      validation: (model, pixels) =>
        trainPhase(model, { train: set, validation: dataset(pixels), epochs: 2, verbose: 0 }),
      "the search for a learning rate": (model, pixels) =>
        findLearningRate(model, { train: dataset(pixels), steps: 2 }),
    };

  it.each(Object.entries(DOORS))("are named once a model: %s", async (_, door) => {
    await useBackend("wasm");
    const model = network();
    const brightest = floats.map((value) => 2 * value);
    await door(model, brightest);
    expect(said()).toEqual([]);
    for (let i = 0; i < 2; i++) await door(model, large);
    await predict(model, large);
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^\w+: (validation: )?floats up to 255 are taken as they are, while bytes are scaled/,
        ),
      ],
    ]);
    await door(network(), large);
    expect(said()).toHaveLength(2);
  });

  it("are right for a model that was trained on what a generator makes", async () => {
    await useBackend("wasm");
    const model = network();
    await trainPhase(model, {
      ...{ train: set, augmentation: standardizing, batchSize: 8, epochs: 1, verbose: 0 },
      validation: standardizing.flow(set),
    });
    const pixels = standardizing
      .flow(set, { shuffle: false })
      .batch(0, 0)
      .xs.map((v) => 3 * v);
    await predict(model, pixels);
    await predict(model, set, { testTimeAugmentation: { augmentation: standardizing, views: 1 } });
    expect(said()).toEqual([]);
  });

  it("do not come from sets, whose bytes are scaled everywhere", async () => {
    await useBackend("wasm");
    const model = network();
    await trainTwoPhase(model, {
      train: set,
      validation: set,
      epochs: [1, 1],
      batchSize: 8,
      verbose: 0,
    });
    await evaluate(model, toDataset(set));
    await predict(model, set, { testTimeAugmentation: "flip" });
    expect(said()).toEqual([]);
  });
});

describe("a model that divides bytes by itself", () => {
  const scaling = (): tfl.LayersModel => {
    const L = tfl.layers;
    const inner = tfl.sequential({
      layers: [L.rescaling({ inputShape: [8, 8, 3], scale: 1 / 255, name: "divide" })],
    });
    const model = tfl.sequential({
      layers: [inner, L.flatten(), L.dense({ units: 3, activation: "softmax" })],
    });
    model.compile({ optimizer: sgd(), loss: "sparseCategoricalCrossentropy" });
    models.push(model);
    return model;
  };
  const pipeline = () =>
    datasetOf(function* () {
      yield { xs: tf.tensor4d(bytes, shape, "int32"), ys: tf.tensor1d([...labels]) };
    });
  const DOORS: Record<string, (model: tfl.LayersModel) => Promise<unknown>> = {
    "predict of bytes": (model) => predict(model, bytes),
    "predict of a tensor": async (model) => {
      const images = tf.tensor4d(bytes, shape, "int32");
      await predict(model, images);
      images.dispose();
    },
    "evaluate of a set": (model) => evaluate(model, set),
    "evaluate of a pipeline": (model) => evaluate(model, pipeline()),
    "training on a set": (model) => trainPhase(model, { train: set, epochs: 1, verbose: 0 }),
    "training on a pipeline": (model) =>
      trainPhase(model, { train: pipeline(), epochs: 1, verbose: 0 }),
  };

  it.each(Object.entries(DOORS))("is named once when it is given bytes: %s", async (_, door) => {
    await useBackend("wasm");
    const model = scaling();
    for (let i = 0; i < 2; i++) await door(model);
    await predict(model, set);
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^\w+: bytes are scaled to \[0, 1\], and the model.s Rescaling scales them again/,
        ),
      ],
    ]);
  });

  it("is not taken for one that makes small numbers of what it has learned", async () => {
    await useBackend("wasm");
    const model = tfl.sequential({
      layers: [
        tfl.layers.flatten({ inputShape: [8, 8, 3] }),
        tfl.layers.dense({ units: 3 }),
        tfl.layers.rescaling({ scale: 1 / 128 }),
        tfl.layers.softmax(),
      ],
    });
    models.push(model);
    await predict(model, set);
    expect(warn).not.toHaveBeenCalled();
  });

  it("takes floats of 0..255 without a word", async () => {
    await useBackend("wasm");
    await predict(scaling(), Float32Array.from(bytes));
    expect(warn).not.toHaveBeenCalled();
  });
});

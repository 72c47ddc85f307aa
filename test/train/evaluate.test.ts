import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import {
  evaluate,
  imageFlow,
  pipeline,
  ImageDataGenerator,
  mixup,
  normalize,
  predict,
  toDataset,
  trainPhase,
} from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { expectClose } from "../helpers/close.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

beforeAll(() => useBackend("wasm"));

const set = tinyImages(50);

describe("predict", () => {
  it("gives what model.predict gives, whatever the batch size and the form of the images", async () => {
    const model = tinyModel();
    const floats = normalize(set.images);
    const xs = tf.tensor4d(floats, [50, 8, 8, 3]);
    const reference = (model.predict(xs) as tf.Tensor).dataSync<"float32">();
    const before = tf.memory().numTensors;
    for (const images of [set, set.images, floats, xs]) {
      for (const batchSize of [7, 50, 256]) {
        const { probabilities, shape, classes } = await predict(model, images, { batchSize });
        expect(shape).toEqual([50, 3]);
        expectClose(probabilities, reference);
        const first = Array.from(reference.subarray(0, 3));
        expect(classes[0]).toBe(first.indexOf(Math.max(...first)));
      }
    }
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it("takes an int32 tensor for bytes", async () => {
    const model = tinyModel();
    const bytes = tf.tensor4d(Int32Array.from(set.images), [50, 8, 8, 3], "int32");
    const [fromTensor, fromSet] = [await predict(model, bytes), await predict(model, set)];
    expectClose(fromTensor.probabilities, fromSet.probabilities);
    model.dispose();
  });

  it.each([
    ["no images", new Uint8Array(0), /at least one/],
    ["part of an image", new Uint8Array(100), /192 values each/],
    ["NaN pixels", new Float32Array(192).fill(NaN), /finite pixels, got NaN in image 0/],
    ["something else", "image.png", /an ImageSet, a Uint8Array/],
    ["images of another shape", () => tf.zeros([1, 9, 8, 3]), /8 x 8 x 3, got 9 x 8 x 3/],
    ["a tensor without a batch", () => tf.zeros([8, 8, 3]), /\[n, height, width, channels\]/],
  ])("refuses %s", async (_, images, message) => {
    const model = tinyModel();
    const given: unknown = typeof images === "function" ? images() : images;
    await expect(predict(model, given as never)).rejects.toThrow(message);
    await expect(predict(model, set, { batch: 3 } as never)).rejects.toThrow(/batchSize/);
    model.dispose();
  });
});

describe("evaluate", () => {
  it("measures loss and accuracy as tfjs's own evaluate does, on sets and on datasets", async () => {
    const model = tinyModel();
    await trainPhase(model, { train: set, epochs: 5, verbose: 0 });
    const xs = tf.tensor4d(normalize(set.images), [50, 8, 8, 3]);
    const [loss, accuracy] = (model.evaluate(xs, tf.tensor1d([...set.labels])) as tf.Scalar[]).map(
      (value) => value.dataSync()[0],
    );
    const ours = await evaluate(model, set, { batchSize: 16 });
    expectClose([ours.loss, ours.accuracy], [loss, accuracy]);
    expect(ours.yTrue).toEqual(Int32Array.from(set.labels));
    expect(ours.probabilities).toHaveLength(150);
    const dataset = await evaluate(model, toDataset(set, { batchSize: 16 }));
    // A dataset has no class names.
    expect(dataset).toEqual({ ...ours, classNames: undefined });
    model.dispose();
  });

  it("refuses empty sets, labels beyond the model's classes, and models without probabilities", async () => {
    const model = tinyModel({ numClasses: 2 });
    await expect(evaluate(model, set)).rejects.toThrow(/at least 3 outputs/);
    await expect(evaluate(model, set.take(0))).rejects.toThrow(/empty set/);
    model.dispose();
    const linear = tfl.sequential({
      layers: [tfl.layers.flatten({ inputShape: [8, 8, 3] }), tfl.layers.dense({ units: 3 })],
    });
    linear.setWeights([tf.fill([192, 3], -1), tf.zeros([3])]);
    await expect(evaluate(linear, set)).rejects.toThrow(/end the model in a softmax/);
    linear.setWeights([tf.fill([192, 3], NaN), tf.zeros([3])]);
    await expect(evaluate(linear, set)).rejects.toThrow(/contain NaN/);
    linear.dispose();
  });
});

describe("toDataset", () => {
  it("feeds model.fitDataset, from a set and from a flow of augmented images", async () => {
    const model = tinyModel();
    const flow = new ImageDataGenerator({ horizontalFlip: true }).flow(set, { batchSize: 16 });
    for (const dataset of [toDataset(set, { batchSize: 16, shuffle: true }), toDataset(flow)]) {
      const { history } = await model.fitDataset(dataset, { epochs: 2 });
      expect(history.loss).toHaveLength(2);
    }
    expect(model.optimizer.iterations).toBe(16);
    model.dispose();
  });

  it("gives the next epoch to each iterator, in float32 of [0, 1] and int32", async () => {
    const labelsOf = async (dataset: ReturnType<typeof toDataset>): Promise<number[]> => {
      const labels: number[] = [];
      await dataset.forEachAsync(({ xs, ys }) => {
        expect([xs.dtype, ys.dtype]).toEqual(["float32", "int32"]);
        expect(tf.max(xs).dataSync()[0]).toBeLessThanOrEqual(1);
        labels.push(...ys.dataSync());
      });
      return labels;
    };
    const dataset = toDataset(set, { batchSize: 16, shuffle: true, seed: 3 });
    const [first, second] = [await labelsOf(dataset), await labelsOf(dataset)];
    expect(first).not.toEqual(second);
    expect(await labelsOf(toDataset(set, { batchSize: 16, shuffle: true, seed: 3 }))).toEqual(
      first,
    );
    expect(await labelsOf(toDataset(set))).toEqual([...set.labels]);
  });

  it("takes the order of the set if shuffle is left undefined", async () => {
    const labels: number[] = [];
    await toDataset(set, { shuffle: undefined }).forEachAsync(({ ys }) => {
      labels.push(...ys.dataSync());
    });
    expect(labels).toEqual([...set.labels]);
  });

  it("refuses a flow that mixes images, whose labels are no indices", async () => {
    const iterator = await toDataset(
      imageFlow(set, { augmentation: pipeline({ mix: mixup() }) }),
    ).iterator();
    await expect(iterator.next()).rejects.toThrow(/images have one class each/);
  });

  it("refuses options beside a flow, and what is neither set nor flow", () => {
    const flow = new ImageDataGenerator().flow(set, {});
    expect(() => toDataset(flow, { batchSize: 3 })).toThrow(/no options beside a flow/);
    expect(() => toDataset([] as never)).toThrow(/an ImageSet or a Flow/);
  });
});

import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { layers, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ArgumentError,
  buildCifarModel,
  buildFastModel,
  gradCam,
  type HeatMaps,
  ImageSet,
  plotGradCam,
  saliency,
  withKerasLayers,
} from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages } from "../helpers/tiny.ts";

interface Explained {
  readonly labels: number[];
  readonly gradCam: number[][][];
  readonly saliency: number[][][];
}
const fixture = JSON.parse(
  readFileSync(new URL("../fixtures/explain/maps.json", import.meta.url), "utf8"),
) as {
  images: number[][][][];
  weights: Record<"first" | "norm" | "second" | "head", never[]>;
  best: Explained;
  asked: Explained;
};

/** The network of make_maps.py; `end`: how its scores become what it gives. */
function network(end: "inside" | "activation" | "softmax" | "none", keras = false): LayersModel {
  const model = sequential();
  const conv = (name: string, filters: number) =>
    layers.conv2d({ name, filters, kernelSize: 3, padding: "same", activation: "relu" });
  model.add(layers.inputLayer({ inputShape: [8, 8, 3] }));
  model.add(conv("first", 4));
  model.add(layers.batchNormalization({ name: "norm" }));
  model.add(layers.maxPooling2d({ poolSize: 2, strides: 2 }));
  model.add(conv("second", 5));
  model.add(layers.flatten());
  const activation = end === "inside" ? "softmax" : "linear";
  model.add(layers.dense({ name: "head", units: 3, activation }));
  if (end === "activation") model.add(layers.activation({ activation: "softmax" }));
  if (end === "softmax") model.add(layers.softmax({}));
  for (const [name, values] of Object.entries(fixture.weights)) {
    tf.tidy(() => {
      model.getLayer(name).setWeights(values.map((value) => tf.tensor(value)));
    });
  }
  return keras ? withKerasLayers(model) : model;
}

/** The largest difference of maps, as they were before they were divided. */
function difference({ maps, peaks, shape }: HeatMaps, expected: number[][][]): number {
  const size = shape[1] * shape[2];
  return Math.max(
    ...expected.flat(2).map((value, i) => Math.abs(value - maps[i] * peaks[Math.floor(i / size)])),
  );
}

const made: LayersModel[] = [];
const keep = (model: LayersModel): LayersModel => (made.push(model), model);
afterAll(() => {
  for (const model of made) model.dispose();
});
let images: tf.Tensor;

for (const backend of ["simd", "cpu"] as const) {
  describe(`on ${backend}`, () => {
    beforeAll(async () => {
      await useBackend(backend);
      images = tf.tensor(fixture.images);
    });

    it.each(["inside", "activation", "softmax", "none"] as const)(
      "gives PyTorch's maps, the scores being before the end: %s",
      (end) => {
        for (const model of [network(end), network(end, true)].map(keep)) {
          for (const [expected, label] of [
            [fixture.best, undefined],
            [fixture.asked, fixture.asked.labels],
          ] as const) {
            const cam = gradCam(model, images, { label });
            expect(cam.shape).toEqual([4, 4, 4]);
            expect([...cam.labels]).toEqual(expected.labels);
            // Values of up to 0.1, added up in float32 in another order.
            expect(difference(cam, expected.gradCam)).toBeLessThan(1e-6);
            const pixels = saliency(model, images, { label });
            expect(pixels.shape).toEqual([4, 8, 8]);
            expect(difference(pixels, expected.saliency)).toBeLessThan(1e-6);
          }
        }
      },
    );

    it("leaves the model and the memory as they were", () => {
      const model = keep(network("inside", true));
      const before = (model.predict(images) as tf.Tensor).dataSync();
      const { numTensors } = tf.memory();
      gradCam(model, images);
      saliency(model, images);
      expect(() => gradCam(model, images, { label: 7 })).toThrow(ArgumentError);
      expect(tf.memory().numTensors).toBe(numTensors);
      expect((model.predict(images) as tf.Tensor).dataSync()).toEqual(before);
    });
  });
}

describe("maps", () => {
  const set = tinyImages(35);
  let model: LayersModel;
  beforeAll(async () => {
    await useBackend("simd");
    model = keep(buildCifarModel({ for: set, filters: [4, 4, 8], denseUnits: 8, seed: 1 }));
  });

  it("are from 0 to 1, of every image, in batches as one by one", () => {
    const all = gradCam(model, set);
    expect(all.shape).toEqual([35, ...all.shape.slice(1)]);
    expect(Math.min(...all.maps)).toBe(0);
    expect(Math.max(...all.maps)).toBeCloseTo(1, 6);
    const last = gradCam(model, set.subset([34]));
    const size = all.shape[1] * all.shape[2];
    last.maps.forEach((value, i) => {
      expect(value).toBeCloseTo(all.maps[34 * size + i], 5);
    });
  });

  it("are of a class by its name, too, and of whatever layer gives maps", () => {
    const name = set.classNames[1];
    expect(gradCam(model, set.take(2), { label: name })).toEqual(
      gradCam(model, set.take(2), { label: [1, 1] }),
    );
    const first = model.layers.find((layer) => layer.getClassName() === "Conv2D")!;
    const { shape } = gradCam(model, set.take(2), { layer: first.name });
    expect(shape).toEqual([2, ...set.imageShape.slice(0, 2)]);
  });

  it("take bytes, floats and pictures like predict", () => {
    const bytes = set.take(1).images;
    const expected = saliency(model, set.take(1)).maps;
    expect(saliency(model, bytes).maps).toEqual(expected);
    expect(
      saliency(
        model,
        Float32Array.from(bytes, (byte) => Math.fround(byte / 255)),
      ).maps,
    ).toEqual(expected);
    const shape = [1, ...set.imageShape] as [number, number, number, number];
    expect(saliency(model, tf.tensor4d(bytes, shape, "int32")).maps).toEqual(expected);
  });

  it("come from a model inside of a model, from the fast network, and from one score for two classes", () => {
    const outer = sequential();
    outer.add(layers.inputLayer({ inputShape: [8, 8, 3] }));
    outer.add(network("none"));
    outer.add(layers.softmax({}));
    const nested = gradCam(keep(outer), tf.tensor(fixture.images));
    expect(difference(nested, fixture.best.gradCam)).toBeLessThan(1e-6);

    const noise = tinyImages(160);
    const images = new ImageSet({
      images: noise.images.slice(0, 10 * 768),
      labels: noise.labels.slice(0, 10),
      imageShape: [16, 16, 3],
      classNames: noise.classNames,
    });
    const fast = keep(buildFastModel({ whiten: images, widths: [8, 8, 8] }));
    expect(gradCam(fast, images).maps.every(Number.isFinite)).toBe(true);

    const two = sequential();
    two.add(
      layers.conv2d({ inputShape: [8, 8, 3], filters: 2, kernelSize: 3, activation: "relu" }),
    );
    two.add(layers.flatten());
    two.add(layers.dense({ units: 1, activation: "sigmoid" }));
    keep(two);
    const scores = (two.predict(tf.tensor(fixture.images)) as tf.Tensor).dataSync();
    const { labels } = saliency(two, tf.tensor(fixture.images));
    expect([...labels]).toEqual([...scores].map((score) => Number(score > 0.5)));
  });

  it("are of large images, too", () => {
    const large = sequential({
      layers: [
        layers.conv2d({ inputShape: [224, 224, 3], filters: 1, kernelSize: 3, strides: 8 }),
        layers.globalAveragePooling2d({}),
        layers.dense({ units: 2 }),
      ],
    });
    const pixels = tf.randomUniform([33, 224, 224, 3], 0, 1, "float32", 1);
    const { maps, shape } = saliency(keep(large), pixels);
    expect(shape).toEqual([33, 224, 224]);
    expect(maps).toHaveLength(33 * 224 * 224);
    pixels.dispose();
  });

  it("refuse what they cannot explain, and say what they can", () => {
    const few = set.take(2);
    const dense = sequential({
      layers: [layers.flatten({ inputShape: set.imageShape as never }), layers.dense({ units: 4 })],
    });
    expect(() => gradCam(keep(dense), few)).toThrow(/a model with a 2-D convolution.*saliency/s);
    expect(saliency(dense, few).shape[0]).toBe(2);
    expect(() => gradCam(model, few, { layer: "nothing" })).toThrow(/one that gives maps.*conv2d/s);
    expect(() => gradCam(model, few, { label: "Unicorn" })).toThrow(/label to be one of/);
    expect(() => gradCam(model, few, { label: [0] })).toThrow(/a label for each image/);
    expect(() => gradCam(model, few, { label: [0, 1, 2] })).toThrow(/1 more/);
    expect(() => gradCam(model, few, { label: 1.5 })).toThrow(/label to be a whole number/);
    expect(() => gradCam(model, few, { lable: 1 } as never)).toThrow(/lable/);
    expect(() => gradCam(model, few, { label: {} as never })).toThrow(/label to be a class/);
  });

  it("are drawn beside the images", () => {
    const few = set.take(3);
    const spec = plotGradCam(few, gradCam(model, few), { title: "Where it looks" });
    expect(JSON.stringify(spec)).toContain("Where it looks");
    expect(() => plotGradCam(set, gradCam(model, few))).toThrow(/a map for each of the 35 images/);
  });
});

import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import {
  channelStatistics,
  identityFilters,
  ImageSet,
  normalization,
  whitening,
  type WhiteningOptions,
} from "cifar-kit";
import fixture from "../fixtures/model/whitening.json" with { type: "json" };
import { useBackend } from "../helpers/backends.ts";
import { expectClose } from "../helpers/close.ts";

beforeAll(() => useBackend("cpu"));

const [count, height, width, channels] = fixture.shape;
const set = new ImageSet({
  images: Uint8Array.from(fixture.images),
  labels: new Uint8Array(count),
  imageShape: [height, width, channels],
  classNames: ["only"],
});

describe("channelStatistics and normalization", () => {
  it("are those of NumPy", () => {
    const { mean, deviation } = channelStatistics(set);
    expectClose(mean, fixture.mean, { rtol: 1e-14 });
    expectClose(deviation, fixture.deviation, { rtol: 1e-14 });
  });

  it("give every channel mean 0 and deviation 1, in a model that is saved and loaded", async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.inputLayer({ inputShape: [height, width, channels] }),
        normalization(channelStatistics(set)),
      ],
    });
    const artifacts: tf.io.ModelArtifacts[] = [];
    await model.save(
      tf.io.withSaveHandler((saved) => {
        artifacts.push(saved);
        return Promise.resolve({ modelArtifactsInfo: {} as never });
      }),
    );
    const again = await tfl.loadLayersModel(tf.io.fromMemory(artifacts[0]));
    tf.tidy(() => {
      const pixels = tf.div(tf.tensor(fixture.images, fixture.shape, "float32"), 255);
      const { mean, variance } = tf.moments(again.predict(pixels) as tf.Tensor, [0, 1, 2]);
      expectClose(mean.dataSync(), [0, 0, 0], { atol: 1e-6 });
      expectClose(variance.dataSync(), [1, 1, 1], { rtol: 1e-5 });
    });
    again.dispose();
    model.dispose();
  });

  it("leaves a channel that is the same everywhere finite", () => {
    const flat = new ImageSet({
      images: new Uint8Array(12).fill(51),
      labels: new Uint8Array(1),
      imageShape: [2, 2, 3],
      classNames: ["only"],
    });
    expect(channelStatistics(flat)).toEqual({ mean: [0.2, 0.2, 0.2], deviation: [1, 1, 1] });
  });
});

describe("whitening", () => {
  const normalized = channelStatistics(set);
  const filtersOf = (options: WhiteningOptions, shape = [2, 2, 3, 24]): number[][] =>
    tf.tidy(() => {
      const filters = whitening(set, options).apply(shape);
      return tf.transpose(tf.reshape(filters, [-1, shape[3]])).arraySync() as number[][];
    });

  it("gives the filters of NumPy, largest variance first, and their negatives", () => {
    const filters = filtersOf({ normalized });
    const outer = Array.from({ length: 144 }, (_, at) =>
      filters.reduce((sum, filter) => sum + filter[Math.floor(at / 12)] * filter[at % 12], 0),
    );
    // Filters are rounded to single precision.
    const scale = Math.max(...fixture.outer.map(Math.abs));
    expectClose(outer, fixture.outer, { atol: 1e-6 * scale });
    filters.slice(0, 12).forEach((filter, i) => {
      const length = filter.reduce((sum, value) => sum + value ** 2, 0);
      expect(length).toBeCloseTo(1 / (fixture.values[i] + 5e-4), 4);
      expect(filters[12 + i]).toEqual(filter.map((value) => -value));
    });
  });

  it("makes the outputs of a layer uncorrelated, of nearly equal size", () => {
    tf.tidy(() => {
      const x = tf.div(tf.tensor(fixture.images, fixture.shape, "float32"), 255);
      const filters = whitening(set, { epsilon: 1e-9 }).apply([2, 2, 3, 24]) as tf.Tensor4D;
      const y = tf.reshape(tf.conv2d(x as tf.Tensor4D, filters, 1, "valid"), [-1, 24]);
      const half = tf.slice(y, [0, 0], [-1, 12]) as tf.Tensor2D;
      const products = tf.div(tf.matMul(half, half, true), half.shape[0]);
      expectClose(products.dataSync(), tf.eye(12).dataSync(), { atol: 1e-4 });
    });
  });

  it.each([
    [{ size: 0 }, [2, 2, 3, 24], /size/],
    [{ epsilon: 0 }, [2, 2, 3, 24], /epsilon/],
    [{ size: 5, images: 1 }, [5, 5, 3, 150], /at least 75 patches, .*, got 2 of 1 5 x 6 images/],
    [{ size: 7 }, [7, 7, 3, 294], /got 0 of 7/],
    [{}, [2, 2, 3, 12], /give it kernelSize: 2 and filters: 24/],
  ])("refuses %j", (options, shape, message) => {
    expect(() => filtersOf(options, shape)).toThrow(message);
  });
});

describe("identityFilters", () => {
  it.each([
    [2, 5],
    [5, 2],
  ])("pass %d channels on to %d filters, the rest being small and seeded", (inputs, outputs) => {
    const shape: [number, number, number, number] = [3, 3, inputs, outputs];
    const values = (seed: number): Float32Array =>
      tf.tidy(() => identityFilters({ seed }).apply(shape).dataSync<"float32">());
    const filters = values(1);
    const bound = 1 / Math.sqrt(9 * inputs);
    filters.forEach((value, at) => {
      const [place, input, output] = [
        Math.floor(at / inputs / outputs),
        Math.floor(at / outputs) % inputs,
        at % outputs,
      ];
      if (output < inputs) expect(value).toBe(place === 4 && input === output ? 1 : 0);
      else expect(Math.abs(value)).toBeLessThanOrEqual(bound);
    });
    expect(values(1)).toEqual(filters);
    if (outputs > inputs) expect(values(2)).not.toEqual(filters);
  });

  it("refuse a dense layer", () => {
    expect(() => identityFilters().apply([3, 4])).toThrow(/kernelInitializer of a conv2d/);
  });
});

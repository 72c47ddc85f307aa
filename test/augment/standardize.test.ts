import { describe, expect, it } from "vitest";
import { ImageDataGenerator, type ImageDataGeneratorOptions } from "../../src/augment/index.ts";
import { ImageSet } from "../../src/dataset/image-set.ts";
import type { ImageShape } from "../../src/dataset/image-shape.ts";
import { randomStream } from "../../src/random/stream.ts";

/** `n` images of noise whose neighbouring values are alike. */
function noise(n: number, shape: ImageShape): ImageSet {
  const size = shape[0] * shape[1] * shape[2];
  const rng = randomStream(0, "test", n);
  const images = new Uint8Array(n * size);
  let previous = 128;
  for (let i = 0; i < images.length; i++) {
    previous = Math.min(255, Math.max(0, previous + rng.integer(101) - 50));
    images[i] = previous;
  }
  return new ImageSet({
    images,
    labels: Uint8Array.from({ length: n }, (_, i) => i % 2),
    imageShape: shape,
    classNames: ["even", "odd"],
  });
}

const ramp = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => i);

describe("standardize", () => {
  it("rescales without other options", () => {
    const out = new ImageDataGenerator().standardize(Float32Array.of(0, 51, 255), [1, 1, 3]);
    // A product in float32, as in Keras: 51 / 255 comes out one ulp above 0.2.
    expect([...out]).toEqual([0, Math.fround(51 * Math.fround(1 / 255)), 1]);
  });

  it("brings an image to mean 0 and deviation 1", () => {
    const generator = new ImageDataGenerator({ samplewiseStdNormalization: true, rescale: null });
    const out = generator.standardize(ramp(12), [2, 2, 3]);
    // Printed by Keras with eight digits.
    expect(out[0]).toBeCloseTo(-1.5932546, 7);
    expect(out[11]).toBeCloseTo(1.5932546, 7);
  });

  it("leaves an image of one colour at 0 instead of dividing by 0", () => {
    const generator = new ImageDataGenerator({ samplewiseStdNormalization: true });
    const out = generator.standardize(new Float32Array(12).fill(77), [2, 2, 3]);
    expect([...out]).toEqual(new Array(12).fill(0));
  });

  it("is what a flow without transforms does", () => {
    const set = noise(20, [4, 4, 3]);
    const generator = new ImageDataGenerator({
      preprocessingFunction: (image) => image.map((value) => value + 1),
      samplewiseCenter: true,
      featurewiseStdNormalization: true,
    });
    generator.fit(set);
    const { xs } = generator.flow(set, { shuffle: false }).batch(0, 0);
    const alone = generator.standardize(Float32Array.from(set.image(7)), [4, 4, 3]);
    expect(xs.subarray(7 * 48, 8 * 48)).toEqual(alone);
  });

  it("gives a preprocessing function a copy to do with as it likes", () => {
    const image = ramp(12);
    const generator = new ImageDataGenerator({
      preprocessingFunction: (pixels) => pixels.fill(5),
      rescale: 2,
    });
    expect([...generator.standardize(image, [2, 2, 3])]).toEqual(new Array(12).fill(10));
    expect(image).toEqual(ramp(12));
  });

  it.each<[string, (image: Float32Array) => unknown, string]>([
    [
      "nothing",
      () => undefined,
      "a Float32Array of 12 pixels for a 2 x 2 x 3 image, got undefined",
    ],
    ["too few pixels", (image) => image.subarray(1), "got Float32Array(11)"],
    ["NaN", (image) => image.fill(NaN, 3), "got NaN at index 3"],
  ])("refuses a preprocessing function that returns %s", (_, preprocessing, message) => {
    const generator = new ImageDataGenerator({ preprocessingFunction: preprocessing as never });
    expect(() => generator.standardize(ramp(12), [2, 2, 3])).toThrow(
      `preprocessingFunction: expected`,
    );
    expect(() => generator.standardize(ramp(12), [2, 2, 3])).toThrow(message);
  });
});

describe("fit", () => {
  it("learns the mean and deviation of every channel", () => {
    const set = new ImageSet({
      images: Uint8Array.from({ length: 24 }, (_, i) => i),
      labels: new Uint8Array(2),
      imageShape: [2, 2, 3],
      classNames: ["only"],
    });
    const generator = new ImageDataGenerator({ featurewiseStdNormalization: true, rescale: null });
    expect(generator.mean).toBeUndefined();
    generator.fit(set);
    expect([...(generator.mean ?? [])]).toEqual([10.5, 11.5, 12.5]);
    // Printed by Keras with eight digits.
    for (const deviation of generator.std ?? []) expect(deviation).toBeCloseTo(6.8738637, 6);
  });

  it("learns nothing without an option that needs it", () => {
    const generator = new ImageDataGenerator({ rotationRange: 10 });
    generator.fit(noise(3, [2, 2, 3]));
    expect([generator.mean, generator.std, generator.zcaWhiteningMatrix]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    ["more images than values", 300],
    ["more images than values, a whole number of blocks", 512],
    ["fewer images than values", 20],
  ])("learns a map that makes the values uncorrelated: %s", (_, n) => {
    const shape = [3, 3, 3] as const;
    const set = noise(n, shape);
    const generator = new ImageDataGenerator({ zcaWhitening: true });
    generator.fit(set);
    const white = Array.from({ length: n }, (_, i) =>
      generator.standardize(Float32Array.from(set.image(i)), shape),
    );
    const covariance = (i: number, j: number): number =>
      white.reduce((sum, image) => sum + image[i] * image[j], 0) / n;
    if (n > 27) {
      for (let i = 0; i < 27; i++) {
        for (let j = 0; j <= i; j++) {
          expect(covariance(i, j)).toBeCloseTo(i === j ? 1 : 0, 3);
        }
      }
    } else {
      // Only as many directions as images: there the images are orthogonal, each of length sqrt(n).
      const dot = (a: Float32Array, b: Float32Array): number =>
        a.reduce((sum, value, i) => sum + value * b[i], 0);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          expect(dot(white[i], white[j]) / n).toBeCloseTo(i === j ? 1 : 0, 3);
        }
      }
    }
  });

  it("learns the same from the same augmentation and something else from another seed", () => {
    const set = noise(10, [4, 4, 3]);
    const meanOf = (seed: number): Float32Array | undefined => {
      const generator = new ImageDataGenerator({ rotationRange: 40, featurewiseCenter: true });
      generator.fit(set, { augment: true, rounds: 3, seed });
      return generator.mean;
    };
    expect(meanOf(1)).toEqual(meanOf(1));
    expect(meanOf(1)).not.toEqual(meanOf(2));
  });

  it("refuses to whiten images whose products are not finite", () => {
    const generator = new ImageDataGenerator({
      featurewiseCenter: true,
      zcaWhitening: true,
      rescale: 1e38,
    });
    expect(() => {
      generator.fit(noise(4, [4, 4, 3]));
    }).toThrow(/finite products .*got infinity or NaN/);
  });

  it("does not change flows made before", () => {
    const set = noise(10, [4, 4, 3]);
    const generator = new ImageDataGenerator({ featurewiseCenter: true });
    generator.fit(set);
    const flow = generator.flow(set);
    const before = flow.batch(0, 0);
    generator.fit(set.take(2));
    expect(flow.batch(0, 0)).toEqual(before);
  });

  it.each([
    [{ augment: 1 }, "augment to be true or false"],
    [{ rounds: 0 }, "rounds to be a whole number in [1, 10000]"],
    [{ rounds: 1e9 }, "rounds to be a whole number in [1, 10000]"],
    [{ seed: "x" }, "seed to be a whole number"],
    [{ rotationRange: 3 }, "the unknown option"],
  ])("refuses the options %j", (options, message) => {
    expect(() => {
      new ImageDataGenerator().fit(noise(2, [2, 2, 3]), options as never);
    }).toThrow(message);
  });
});

describe("a generator with featurewise options", () => {
  it.each<ImageDataGeneratorOptions>([
    { featurewiseCenter: true },
    { featurewiseStdNormalization: true },
    { zcaWhitening: true },
  ])("refuses to work before it is fitted: %j", (options) => {
    const generator = new ImageDataGenerator(options);
    const set = noise(2, [2, 2, 3]);
    expect(() => generator.flow(set)).toThrow("call fit(set) first");
    expect(() => generator.standardize(ramp(12), [2, 2, 3])).toThrow("call fit(set) first");
  });

  it("refuses images unlike those that it was fitted to", () => {
    const generator = new ImageDataGenerator({ featurewiseCenter: true });
    generator.fit(noise(2, [2, 2, 3]));
    expect(() => generator.flow(noise(2, [2, 2, 1]))).toThrow("got images of 2 x 2 x 1; fit it to");
    const whitener = new ImageDataGenerator({ zcaWhitening: true });
    whitener.fit(noise(3, [2, 2, 1]));
    expect(() => whitener.flow(noise(2, [3, 2, 1]))).toThrow("got images of 3 x 2 x 1");
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  ImageDataGenerator,
  type GeneratorFitOptions,
  type ImageDataGeneratorOptions,
  type SavedImage,
  type Subset,
  type Transform,
} from "../../src/augment/index.ts";
import { ImageSet } from "../../src/dataset/image-set.ts";
import type { ImageShape } from "../../src/dataset/image-shape.ts";
import { NumpyRng } from "../../src/random/numpy.ts";

interface KerasBatch {
  readonly ys: readonly number[];
  readonly xs: readonly number[];
}

interface KerasFixture {
  readonly flows: readonly {
    readonly shape: ImageShape;
    readonly options: ImageDataGeneratorOptions;
    readonly seed: number;
    readonly shuffle: boolean;
    readonly transforms: readonly Transform[];
    readonly batches: readonly KerasBatch[];
  }[];
  readonly fits: readonly {
    readonly case: number;
    readonly n: number;
    readonly shape: ImageShape;
    readonly options: ImageDataGeneratorOptions;
    readonly fit: GeneratorFitOptions;
    readonly mean: readonly number[];
    readonly std?: readonly number[];
    readonly zcaWhiteningMatrix?: readonly number[];
    readonly standardized: readonly number[];
  }[];
  readonly preprocessing: KerasBatch;
  readonly subsets: Readonly<Record<Subset, readonly KerasBatch[]>>;
  readonly saved: Readonly<Record<string, readonly number[]>>;
}

const fixture = JSON.parse(
  readFileSync(new URL("../fixtures/augment/keras.json", import.meta.url), "utf8"),
) as KerasFixture;

const KERAS = { axisOrder: "keras", randomStream: "numpy" } as const;

/** The set of `n` images that make-keras.py makes for a case; labels 0 ... n - 1 by default. */
function setOf(
  number: number,
  n: number,
  shape: ImageShape,
  labels = Array.from({ length: n }, (_, i) => i),
): ImageSet {
  return new ImageSet({
    images: Uint8Array.from(
      { length: n * shape[0] * shape[1] * shape[2] },
      (_, k) => (k * 73 + 41 * number + Math.floor(k / 7) * 13) % 256,
    ),
    labels: Int32Array.from(labels),
    imageShape: shape,
    classNames: Array.from({ length: n }, (_, i) => `class ${i}`),
  });
}

/** Fails unless all values lie within `atol` of the expected ones, rounded to float32. */
function expectClose(actual: Float32Array, expected: readonly number[], atol: number): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    const difference = Math.abs(value - Math.fround(expected[i]));
    if (!(difference <= atol)) {
      expect.fail(`value ${i}: ${value} instead of ${expected[i]}, more than ${atol} off`);
    }
  });
}

describe('with randomStream "numpy" and axisOrder "keras"', () => {
  it("a seed draws Keras's very transforms, in 60 random combinations of options", () => {
    expect(fixture.flows.length).toBe(60);
    for (const { shape, options, seed, transforms } of fixture.flows) {
      const generator = new ImageDataGenerator({ ...options, ...KERAS });
      transforms.forEach((expected, k) => {
        const drawn = generator.getRandomTransform(shape, new NumpyRng(seed + k));
        for (const [name, value] of Object.entries(expected)) {
          // Adding 0 makes a 0 out of -0, which is all the same here.
          const mine = drawn[name as keyof Transform] as number | boolean;
          expect(typeof mine === "number" ? mine + 0 : mine, name).toBe(value);
        }
      });
    }
  });

  it("a seed gives Keras's very orders and pixels over two epochs", () => {
    fixture.flows.forEach(({ shape, options, seed, shuffle, batches }, number) => {
      const generator = new ImageDataGenerator({ ...options, ...KERAS });
      const flow = generator.flow(setOf(number, 5, shape), { batchSize: 2, shuffle, seed });
      expect(flow.length).toBe(3);
      const standardized =
        options.samplewiseCenter === true || options.samplewiseStdNormalization === true;
      // Equal bits, but for sine and cosine, whose last bit libraries may differ in. NumPy takes the
      // image's mean in float32: at values up to 300 that is off by an ulp of 128, or 1.6e-5.
      const mixesAxes = options.rotationRange !== undefined || options.shearRange !== undefined;
      const atol = standardized ? 4e-5 : mixesAxes ? 3e-5 : 0;
      batches.forEach(({ xs, ys }, i) => {
        const batch = flow.batch(Math.floor(i / 3), i % 3);
        expect([...batch.ys]).toEqual(ys);
        expectClose(batch.xs, xs, atol);
      });
    });
  });

  it("applies the preprocessing function where Keras does", () => {
    const generator = new ImageDataGenerator({
      ...KERAS,
      preprocessingFunction: (image, [, , channels]) =>
        image.map((_, i) => {
          const mirrored = i - (i % channels) + channels - 1 - (i % channels);
          return image[mirrored] * 0.5 + 3;
        }),
    });
    const { xs } = generator.flow(setOf(90, 2, [4, 4, 3]), { shuffle: false }).batch(0, 0);
    expectClose(xs, fixture.preprocessing.xs, 0);
  });

  it.each<Subset>(["training", "validation"])("takes Keras's %s part", (subset) => {
    const labels = [0, 1, 0, 1, 1, 0, 0, 1, 0];
    const generator = new ImageDataGenerator({
      ...KERAS,
      validationSplit: 0.35,
      widthShiftRange: 0.4,
      rescale: null,
    });
    const set = setOf(91, 9, [4, 4, 1], labels);
    const flow = generator.flow(set, { batchSize: 4, seed: 3, subset });
    const expected = fixture.subsets[subset];
    expect(flow.length).toBe(expected.length);
    expected.forEach(({ xs, ys }, i) => {
      const batch = flow.batch(0, i);
      expect([...batch.ys]).toEqual(ys);
      expectClose(batch.xs, xs, 0);
    });
  });

  it("saves the images that Keras saves, under the same names", () => {
    const saved: SavedImage[] = [];
    const generator = new ImageDataGenerator({ ...KERAS, widthShiftRange: 0.3 });
    const flow = generator.flow(setOf(92, 3, [4, 4, 3]), {
      batchSize: 2,
      seed: 11,
      save: (image) => saved.push(image),
      savePrefix: "look",
    });
    for (const epoch of [0, 1]) Array.from(flow.epoch(epoch));
    expect(saved.map(({ fileName }) => fileName).sort()).toEqual(Object.keys(fixture.saved));
    for (const { fileName, bytes, shape, index, label } of saved) {
      expect([...bytes]).toEqual(fixture.saved[fileName]);
      expect(shape).toEqual([4, 4, 3]);
      expect(label).toBe(index);
    }
  });

  it.each(fixture.fits)("fits case $case as Keras does", (fit) => {
    const generator = new ImageDataGenerator({ ...fit.options, ...KERAS });
    const set = setOf(fit.case, fit.n, fit.shape);
    generator.fit(set, fit.fit);
    // NumPy sums in float32: for means around 128 off by a few ulps of 1.5e-5.
    const unit = fit.options.rescale === null ? 6e-5 : 3e-7;
    for (const name of ["mean", "std"] as const) {
      const expected = fit[name];
      if (expected === undefined) expect(generator[name]).toBeUndefined();
      else expectClose(generator[name] ?? new Float32Array(), expected, unit);
    }
    if (fit.zcaWhiteningMatrix) {
      // LAPACK's float32 singular values are good to 1e-7 of the greatest.
      const matrix = generator.zcaWhiteningMatrix ?? new Float32Array();
      expectClose(matrix, fit.zcaWhiteningMatrix, 5e-6);
    }
    const image = Float32Array.from(set.image(Math.floor(fit.n / 2)));
    expectClose(generator.standardize(image, fit.shape), fit.standardized, 1e-5);
  });
});

describe("the transforms that Keras notebooks get", () => {
  const draw = (options: ImageDataGeneratorOptions, seed: number): Transform =>
    new ImageDataGenerator(options).getRandomTransform([32, 32, 3], new NumpyRng(seed));

  it.each([
    [0, 0.3124064251348786, 1.3772119447834843, false],
    [1, -0.5310591699035263, 1.4100767580298115, true],
    [42, -0.8029432393768801, 2.8845715610234635, false],
  ])("are drawn from seed %i for shifts of 0.1 and a flip", (seed, tx, ty, flipHorizontal) => {
    const options = { widthShiftRange: 0.1, heightShiftRange: 0.1, horizontalFlip: true };
    expect(draw(options, seed)).toMatchObject({ tx, ty, flipHorizontal, flipVertical: false });
  });

  it.each([
    [0, -2, -1],
    [1, 5, 0],
    [2, -2, -1],
    [3, 2, 1],
  ])("are drawn from seed %i for whole and listed shifts", (seed, tx, ty) => {
    const drawn = draw({ widthShiftRange: 3, heightShiftRange: [-2, 5] }, seed);
    expect([drawn.tx, drawn.ty + 0]).toEqual([tx, ty]);
  });

  it("are drawn in pixels from 2.5 and in fractions from a list below 1", () => {
    expect(draw({ widthShiftRange: 2.5 }, 0).ty).toBe(0.24406751963662376);
    const shifts = [0, 1, 2, 3].map((seed) => draw({ heightShiftRange: [0.25, 0.5] }, seed).tx);
    expect(shifts).toEqual([8, 16, 8, -8]);
  });

  it("visit five images in Keras's order with batches of two and seed 7", () => {
    const set = setOf(0, 5, [4, 4, 1]);
    const labels = (shuffle: boolean): number[][] => {
      const generator = new ImageDataGenerator(KERAS);
      const flow = generator.flow(set, { batchSize: 2, seed: 7, shuffle });
      return [...flow.epoch(0), ...flow.epoch(1), flow.batch(2, 0), flow.batch(2, 1)].map(
        ({ ys }) => [...ys],
      );
    };
    expect(labels(true)).toEqual([[0, 3], [2, 1], [4], [2, 3], [0, 4], [1], [1, 3], [4, 0]]);
    expect(labels(false).slice(0, 4)).toEqual([[0, 1], [2, 3], [4], [0, 1]]);
  });

  it("make Keras's first batch of 0 ... 79 as five 4 x 4 images with seed 7", () => {
    const set = new ImageSet({
      images: Uint8Array.from({ length: 80 }, (_, i) => i),
      labels: Uint8Array.of(0, 1, 2, 3, 4),
      imageShape: [4, 4, 1],
      classNames: ["a", "b", "c", "d", "e"],
    });
    const generator = new ImageDataGenerator({
      ...KERAS,
      widthShiftRange: 0.1,
      heightShiftRange: 0.1,
      horizontalFlip: true,
      rescale: null,
    });
    const { xs } = generator.flow(set, { batchSize: 2, seed: 7 }).batch(0, 0);
    // Printed by Keras with eight digits.
    expectClose(xs.subarray(0, 4), [3, 2.3825784, 1.3825784, 0.3825783], 1e-7);
    expectClose(xs.subarray(16, 20), [50.669395, 49.669395, 48.669395, 48], 1e-6);
  });

  it("refuse seeds that NumPy refuses", () => {
    const generator = new ImageDataGenerator(KERAS);
    const set = setOf(0, 2, [4, 4, 1]);
    expect(() => generator.flow(set, { seed: -1 })).toThrow("a seed in [0, 2^32)");
    expect(() => {
      generator.fit(set, { seed: 2 ** 32 });
    }).toThrow("a seed in [0, 2^32)");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ImageDataGenerator, type ImageDataGeneratorOptions } from "../../src/augment/index.ts";
import { ImageSet } from "../../src/dataset/image-set.ts";
import { ArgumentError } from "../../src/errors.ts";

/** A set of six 5 x 4 x 3 images in two classes. */
const SET = new ImageSet({
  images: Uint8Array.from({ length: 360 }, (_, i) => (i * 89) % 256),
  labels: Uint8Array.of(0, 1, 0, 1, 0, 1),
  imageShape: [5, 4, 3],
  classNames: ["cat", "dog"],
});

const positive = (max: number): fc.Arbitrary<number> => fc.double({ min: 0, max, noNaN: true });
const pair = (min: number, max: number): fc.Arbitrary<readonly [number, number]> =>
  fc
    .tuple(fc.double({ min, max, noNaN: true }), fc.double({ min, max, noNaN: true }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const shift = fc.oneof(
  positive(3),
  fc.integer({ min: 0, max: 4 }),
  fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 4 }),
  positive(3).map((pixels) => ({ pixels })),
);

/** For every option its right values, and some that are wrong in type or range. */
const OPTIONS: Record<
  keyof ImageDataGeneratorOptions,
  { readonly right: fc.Arbitrary<unknown>; readonly wrong: readonly unknown[] }
> = {
  rotationRange: { right: positive(360), wrong: [-1, NaN, "90", null, [1]] },
  widthShiftRange: { right: shift, wrong: [-0.1, [], [NaN], { pixels: -1 }, "1", null] },
  heightShiftRange: { right: shift, wrong: [-3, Infinity, ["1"], {}, true] },
  shearRange: { right: positive(89), wrong: [90, -1, NaN, "1"] },
  zoomRange: {
    right: fc.oneof(positive(0.99), pair(0.1, 3)),
    wrong: [1, -0.1, [0, 1], [2, 1], [1]],
  },
  horizontalFlip: { right: fc.boolean(), wrong: [0, "true", null] },
  verticalFlip: { right: fc.boolean(), wrong: [1, "false", null] },
  channelShiftRange: { right: positive(300), wrong: [-1, NaN, "10"] },
  brightnessRange: { right: pair(0, 3), wrong: [0.5, [1], [-1, 1], [2, 1], [0, "1"], null] },
  fillMode: {
    right: fc.constantFrom("nearest", "reflect", "wrap", "constant"),
    wrong: ["mirror", "", 0, null],
  },
  cval: { right: fc.double({ min: -500, max: 500, noNaN: true }), wrong: [NaN, "0", null] },
  interpolationOrder: { right: fc.constantFrom(0, 1), wrong: [2, 3, "1", 0.5] },
  axisOrder: { right: fc.constantFrom("documented", "keras"), wrong: ["xy", 1, null] },
  rescale: { right: fc.constantFrom(1 / 255, 1, null, 2), wrong: [0, NaN, "1/255", true] },
  preprocessingFunction: {
    right: fc.constant((image: Float32Array) => image),
    wrong: ["f", 1, {}],
  },
  samplewiseCenter: { right: fc.constant(true), wrong: [0, "yes", null] },
  samplewiseStdNormalization: { right: fc.boolean(), wrong: [0, "yes", null] },
  featurewiseCenter: { right: fc.constant(true), wrong: [0, "yes", null] },
  featurewiseStdNormalization: { right: fc.constant(false), wrong: [0, "yes", null] },
  zcaWhitening: { right: fc.boolean(), wrong: [0, "yes", null] },
  zcaEpsilon: { right: fc.double({ min: 1e-6, max: 1, noNaN: true }), wrong: [0, -1, NaN, "1"] },
  validationSplit: { right: fc.constantFrom(0, 0.4, 0.6), wrong: [1, -0.1, NaN, "0.1", null] },
  randomStream: { right: fc.constantFrom("keyed", "numpy"), wrong: ["python", 0, null] },
};

const NAMES = Object.keys(OPTIONS) as (keyof ImageDataGeneratorOptions)[];
const rightOptions = fc.record(
  Object.fromEntries(NAMES.map((name) => [name, OPTIONS[name].right])),
  { requiredKeys: [] },
) as fc.Arbitrary<ImageDataGeneratorOptions>;

describe("any right options", () => {
  it("give flows of finite pixels, the same twice", () => {
    fc.assert(
      fc.property(rightOptions, fc.nat(1e6), (options, seed) => {
        const generator = new ImageDataGenerator(options);
        generator.fit(SET, { seed });
        const flow = generator.flow(SET, { batchSize: 4, seed });
        const batches = [...flow.epoch(0)];
        expect(batches.map(({ size }) => size)).toEqual([4, 2]);
        for (const { xs } of batches)
          expect(xs.every((value) => Number.isFinite(value))).toBe(true);
        expect([...flow.epoch(0)]).toEqual(batches);
      }),
      { seed: 1, numRuns: 150 },
    );
  });
});

describe("one wrong option among right ones", () => {
  it.each(NAMES)("is refused by its name: %s", (name) => {
    fc.assert(
      fc.property(rightOptions, fc.constantFrom(...OPTIONS[name].wrong), (options, wrong) => {
        const spoiled = { ...options, [name]: wrong };
        expect(() => new ImageDataGenerator(spoiled)).toThrow(ArgumentError);
        expect(() => new ImageDataGenerator(spoiled)).toThrow(name);
      }),
      { seed: 1, numRuns: 25 },
    );
  });

  it("is refused if there is no such option", () => {
    fc.assert(
      fc.property(rightOptions, fc.string({ minLength: 1 }), (options, name) => {
        fc.pre(!(name in OPTIONS) && name !== "__proto__");
        const spoiled = { ...options, [name]: 1 };
        expect(() => new ImageDataGenerator(spoiled)).toThrow("the unknown option");
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

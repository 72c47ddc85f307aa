import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { ImageSet } from "../../src/dataset/image-set.ts";
import { trainValidationSplit } from "../../src/dataset/train-validation-split.ts";
import { ArgumentError } from "../../src/errors.ts";
import fixture from "../fixtures/dataset/stratified-split.json" with { type: "json" };

/** One-pixel images that carry their own index, so that samples can be recognised. */
function setOf(labels: readonly number[], numClasses: number): ImageSet {
  const images = new Uint8Array(labels.length * 4);
  const view = new DataView(images.buffer);
  labels.forEach((_, i) => {
    view.setUint32(4 * i, i);
  });
  return new ImageSet({
    images,
    labels: Uint8Array.from(labels),
    imageShape: [1, 1, 4],
    classNames: Array.from({ length: numClasses }, (_, i) => `class ${i}`),
  });
}

const indices = ({ images }: ImageSet): number[] => {
  const view = new DataView(images.buffer, images.byteOffset, images.byteLength);
  return Array.from({ length: images.length / 4 }, (_, i) => view.getUint32(4 * i));
};

const counts = ({ labels, classNames }: ImageSet): number[] =>
  classNames.map((_, label) => labels.filter((x) => x === label).length);

const mixed = (n: number, numClasses: number): number[] =>
  Array.from({ length: n }, (_, i) => (i * i + 3 * i) % numClasses);

describe("trainValidationSplit", () => {
  let warn: MockInstance<typeof console.warn>;
  beforeEach(() => {
    warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  });
  afterEach(() => {
    warn.mockRestore();
  });

  it.each(fixture.cases)(
    "takes as many of each class as scikit-learn: $sizes at $fraction",
    ({ sizes, fraction, validation }) => {
      const labels = sizes.flatMap((size, label) => Array<number>(size).fill(label));
      const split = trainValidationSplit(setOf(labels, sizes.length), { fraction, seed: 3 });
      expect(counts(split.validation)).toEqual(validation);
      expect(counts(split.train)).toEqual(sizes.map((size, i) => size - validation[i]));
    },
  );

  it("puts every sample into exactly one part and keeps the set's order and labels", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 200 }),
        fc.integer({ min: 1, max: 7 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.integer(),
        fc.boolean(),
        (n, numClasses, fraction, seed, stratify) => {
          const count = Math.ceil(fraction * n);
          fc.pre(count < n);
          const labels = mixed(n, numClasses);
          const set = setOf(labels, numClasses);
          const { train, validation } = trainValidationSplit(set, { fraction, seed, stratify });
          expect(validation.length).toBe(count);
          const [a, b] = [indices(train), indices(validation)];
          expect([...a, ...b].sort((x, y) => x - y)).toEqual(labels.map((_, i) => i));
          for (const [part, list] of [[train, a] as const, [validation, b] as const]) {
            expect(list).toEqual([...list].sort((x, y) => x - y));
            expect([...part.labels]).toEqual(list.map((i) => labels[i]));
          }
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  it("depends on the seed alone", () => {
    const set = setOf(mixed(100, 5), 5);
    const at = (seed: number): number[] => indices(trainValidationSplit(set, { seed }).validation);
    expect(at(0)).toEqual(at(0));
    expect(at(0)).not.toEqual(at(1));
    expect(indices(trainValidationSplit(set).validation)).toEqual(at(0));
  });

  it("takes every sample equally often", () => {
    const set = setOf([0, 0, 0, 0, 1, 1, 1, 1], 2);
    const taken = new Array<number>(8).fill(0);
    for (let seed = 0; seed < 4000; seed++) {
      const { validation } = trainValidationSplit(set, { fraction: 0.25, seed });
      for (const index of indices(validation)) taken[index]++;
    }
    // 1000 expected each, standard deviation 27: five of them on either side.
    for (const count of taken) expect(Math.abs(count - 1000)).toBeLessThan(137);
  });

  it("gives the odd sample to the lower label when remainders are equal", () => {
    const labels = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2];
    const { validation } = trainValidationSplit(setOf(labels, 3), { fraction: 0.3 });
    expect(counts(validation)).toEqual([2, 2, 1]);
  });

  it("leaves every class an image to train on while others have two", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 30 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.integer(),
        (labels, fraction, seed) => {
          const count = Math.ceil(fraction * labels.length);
          fc.pre(count < labels.length);
          const classes = new Set(labels);
          const { train } = trainValidationSplit(setOf(labels, 5), { fraction, seed });
          const seen = new Set(train.labels);
          expect(seen.size).toBe(Math.min(classes.size, labels.length - count));
        },
      ),
      { seed: 2, numRuns: 300 },
    );
  });

  it.each([
    [[0, 0, 0, 0, 0, 0, 1], 0.3, /the validation/, 0],
    [[0, 0, 0, 0, 0, 0, 0, 0, 1, 1], 0.1, /the validation has no image of: class 1\./, 1],
    [[0, 1, 2], 0.5, /there is no image to train on of: class 0, class 1\. The model cannot/, 1],
  ])("names once the classes that a part of %j lacks", (labels, fraction, message, times) => {
    const set = setOf(labels, 4);
    for (let i = 0; i < 2; i++) trainValidationSplit(set, { fraction });
    expect(warn.mock.calls.map(([text]) => String(text))).toEqual(
      Array<unknown>(times).fill(expect.stringMatching(message)),
    );
  });

  it("refuses empty parts, strange fractions and unknown options", () => {
    const set = setOf([0, 1, 0], 2);
    const split = (options: object) => () => trainValidationSplit(set, options);
    expect(split({ fraction: 0.9 })).toThrow(/at least one sample in each part, got 3 of 3/);
    for (const fraction of [0, 1, -0.1, NaN, "0.1"]) {
      expect(split({ fraction })).toThrow(ArgumentError);
    }
    expect(split({ seed: 0.5 })).toThrow(ArgumentError);
    expect(split({ stratify: "yes" })).toThrow(ArgumentError);
    expect(split({ validationFraction: 0.1 })).toThrow(/unknown option/);
    expect(() => trainValidationSplit([] as unknown as ImageSet)).toThrow(ArgumentError);
  });
});

import { describe, expect, it, vi } from "vitest";
import { ImageSet, stratifiedKFold } from "cifar-kit";
import fixture from "../fixtures/dataset/stratified-split.json" with { type: "json" };
import { tinyImages } from "../helpers/tiny.ts";

/** A set of one-pixel images that are numbered, so that each can be found again. */
function numbered(labels: readonly number[]): ImageSet {
  return new ImageSet({
    images: Uint8Array.from(labels, (_, i) => i),
    labels: Uint8Array.from(labels),
    imageShape: [1, 1, 1],
    classNames: Array.from({ length: Math.max(...labels) + 1 }, (_, i) => `class ${i}`),
  });
}

const countsOf = ({ labels, classNames }: ImageSet): number[] =>
  classNames.map((_, label) => [...labels].filter((other) => other === label).length);

describe("stratifiedKFold", () => {
  it.each(fixture.folds)(
    "has scikit-learn's number of images of each class",
    ({ labels, counts }) => {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
      const folds = stratifiedKFold(numbered(labels), { folds: counts.length });
      expect(folds.map(({ validation }) => countsOf(validation))).toEqual(counts);
      warn.mockRestore();
    },
  );

  it("measures each image once, and learns from it in all other folds, in the set's order", () => {
    const set = numbered(fixture.folds[0].labels);
    const measured: number[] = [];
    for (const { train, validation } of stratifiedKFold(set, { seed: 3 })) {
      const [learned, apart] = [[...train.images], [...validation.images]];
      expect([...learned, ...apart].sort((a, b) => a - b)).toEqual([...set.images]);
      for (const part of [learned, apart]) expect(part).toEqual([...part].sort((a, b) => a - b));
      measured.push(...apart);
    }
    expect(measured.sort((a, b) => a - b)).toEqual([...set.images]);
  });

  it("depends on the seed", () => {
    const first = (seed: number): number[] => [
      ...stratifiedKFold(numbered(fixture.folds[0].labels), { seed })[0].validation.images,
    ];
    expect(first(1)).toEqual(first(1));
    expect(first(1)).not.toEqual(first(2));
  });

  it("names classes with too few images, and refuses if no class has enough", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    stratifiedKFold(numbered([0, 0, 0, 0, 1, 1]), { folds: 3 });
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/not in all 3 folds.*: class 1\./)]]);
    warn.mockRestore();
    expect(() => stratifiedKFold(numbered([0, 1, 1]), { folds: 3 })).toThrow(
      /a class with at least 3 images/,
    );
    expect(() => stratifiedKFold(tinyImages(9), { folds: 1 })).toThrow(/folds to be a whole/);
    expect(() => stratifiedKFold({} as never)).toThrow(/an ImageSet/);
  });
});

describe("withClasses", () => {
  it("keeps the images of some classes, with new labels", () => {
    const set = new ImageSet({
      images: Uint8Array.of(10, 11, 12, 13, 14),
      labels: Uint8Array.of(2, 0, 1, 2, 0),
      imageShape: [1, 1, 1],
      classNames: ["a", "b", "c"],
      paths: ["0", "1", "2", "3", "4"],
    });
    const two = set.withClasses(["c", "a"]);
    expect(two.classNames).toEqual(["c", "a"]);
    expect([...two.images]).toEqual([10, 11, 13, 14]);
    expect([...two.labels]).toEqual([0, 1, 0, 1]);
    expect(two.paths).toEqual(["0", "1", "3", "4"]);
    expect(() => set.withClasses(["d"])).toThrow(/names out of a, b, c, got "d"/);
    expect(() => set.withClasses(["a", "a"])).toThrow(/different names/);
    expect(() => set.withClasses("a" as never)).toThrow(/a list of different names/);
  });
});

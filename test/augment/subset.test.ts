import { describe, expect, it } from "vitest";
import { ImageDataGenerator, type SavedImage } from "../../src/augment/index.ts";
import { ImageSet } from "../../src/dataset/image-set.ts";

/** Ten images of one pixel, image i of value i. */
const setWith = (labels: number[]): ImageSet =>
  new ImageSet({
    images: Uint8Array.from(labels, (_, i) => i),
    labels: Uint8Array.from(labels),
    imageShape: [1, 1, 1],
    classNames: ["cat", "dog"],
  });
const mixed = setWith([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
const sorted = setWith([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);

describe("validationSplit", () => {
  const generator = new ImageDataGenerator({ validationSplit: 0.29, rescale: null });

  it("keeps the first images for validation and the rest for training", () => {
    const pixels = (subset: "training" | "validation"): number[] => [
      ...generator.flow(mixed, { subset, shuffle: false }).batch(0, 0).xs,
    ];
    expect(pixels("validation")).toEqual([0, 1]);
    expect(pixels("training")).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("changes nothing without a subset", () => {
    expect(generator.flow(mixed).size).toBe(10);
  });

  it("refuses a cut that leaves a class to one part, unless told to ignore it", () => {
    expect(() => generator.flow(sorted, { subset: "training" })).toThrow(
      "got class 1 (dog) in one of them only; shuffle the set before",
    );
    const flow = generator.flow(sorted, { subset: "validation", ignoreClassSplit: true });
    expect(flow.size).toBe(2);
  });

  it("refuses a part without images", () => {
    const options = { subset: "validation" } as const;
    expect(() => generator.flow(mixed.take(3), options)).toThrow(
      "at least one image for validation, got none out of 3 with validationSplit 0.29",
    );
  });

  it("refuses a subset of a generator without a split, and a subset that does not exist", () => {
    expect(() => new ImageDataGenerator().flow(mixed, { subset: "training" })).toThrow(
      'a generator with a validationSplit for subset: "training", got one without',
    );
    expect(() => generator.flow(mixed, { subset: "test" as never })).toThrow(
      'subset to be one of "training", "validation", got "test"',
    );
  });
});

describe("save", () => {
  it("gets every image of every batch, stretched to 0..255, under the same name each time", () => {
    const collect = (): SavedImage[] => {
      const saved: SavedImage[] = [];
      const generator = new ImageDataGenerator({ samplewiseCenter: true });
      const set = new ImageSet({
        images: Uint8Array.of(10, 20, 30, 10, 90, 90, 90, 90),
        labels: Uint8Array.of(1, 0),
        imageShape: [2, 2, 1],
        classNames: ["cat", "dog"],
      });
      const flow = generator.flow(set, {
        shuffle: false,
        save: (image) => saved.push(image),
        savePrefix: "a",
      });
      flow.batch(4, 0);
      return saved;
    };
    const saved = collect();
    expect(saved.map(({ bytes }) => [...bytes])).toEqual([
      [0, 127, 255, 0],
      [0, 0, 0, 0],
    ]);
    expect(saved.map(({ index, label, epoch }) => [index, label, epoch])).toEqual([
      [0, 1, 4],
      [1, 0, 4],
    ]);
    expect(saved[0].fileName).toMatch(/^a_0_\d{1,4}\.png$/);
    expect(collect()).toEqual(saved);
  });

  it("is refused if it is no function", () => {
    expect(() => new ImageDataGenerator().flow(mixed, { save: "folder" as never })).toThrow(
      'save to be a function, got "folder"',
    );
  });
});

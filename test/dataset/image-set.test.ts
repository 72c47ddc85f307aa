import { describe, expect, it } from "vitest";
import { ImageSet, type ImageSetParts } from "../../src/dataset/image-set.ts";
import { trainValidationSplit } from "../../src/dataset/train-validation-split.ts";
import { ArgumentError } from "../../src/errors.ts";

const parts = (paths?: readonly string[]): ImageSetParts => ({
  images: Uint8Array.from({ length: 6 }, (_, i) => i),
  labels: Uint8Array.of(0, 0, 0, 1, 1, 1),
  imageShape: [1, 1, 1],
  classNames: ["a", "b"],
  ...(paths && { paths }),
});
const PATHS = ["p0", "p1", "p2", "p3", "p4", "p5"];
/** What `images` say of the paths that belong to them. */
const expected = (set: ImageSet): string[] => Array.from(set.images, (value) => `p${value}`);

describe("ImageSet.withClasses", () => {
  const pixels = { images: new Uint8Array(2), imageShape: [1, 1, 1] as const };

  it("tells more classes apart than a byte counts", () => {
    const names = Array.from({ length: 300 }, (_, i) => `n${i}`);
    const set = new ImageSet({ ...pixels, labels: Uint8Array.of(0, 5), classNames: names });
    const turned = set.withClasses([...names].reverse());
    expect([...turned.labels]).toEqual([299, 294]);
    expect(turned.withClasses(["n5", "n0"]).labels).toEqual(Int32Array.of(1, 0));
    expect(set.withClasses(["n5", "n0"]).labels).toEqual(Uint8Array.of(1, 0));
  });

  it("makes one class of those that have one name", () => {
    const set = new ImageSet({ ...pixels, labels: Uint8Array.of(0, 1), classNames: ["a", "a"] });
    expect([...set.withClasses(["a"]).labels]).toEqual([0, 0]);
  });

  it("leaves no list of the caller's in the set", () => {
    const classNames = ["a"];
    const set = new ImageSet({ ...pixels, labels: new Uint8Array(2), classNames });
    const chosen = set.withClasses(classNames);
    classNames.push("b");
    expect(set.classNames).toEqual(["a"]);
    expect(chosen.classNames).toEqual(["a"]);
  });
});

describe("ImageSet.paths", () => {
  it("stay with their images through subset, take, slice and splits", () => {
    const set = new ImageSet(parts(PATHS));
    expect(set.paths).toEqual(PATHS);
    const { train, validation } = trainValidationSplit(set, { fraction: 0.3, seed: 3 });
    const cuts = [set.subset([4, 4, 0]), set.take(2), set.take(9), set.slice(2, 5)];
    for (const cut of [...cuts, train, validation, train.subset([1]).take(1)]) {
      expect(cut.length).toBeGreaterThan(0);
      expect(cut.paths).toEqual(expected(cut));
    }
  });

  it("are not there where images came from elsewhere", () => {
    const set = new ImageSet(parts());
    expect("paths" in set.take(1) && set.paths).toBeFalsy();
    expect(set.subset([1]).paths).toBeUndefined();
  });

  it("are refused unless there is one for each image", () => {
    for (const paths of [["p0"], "p0", [...PATHS.slice(1), 5]] as never[]) {
      expect(() => new ImageSet({ ...parts(), paths })).toThrow(/paths to be a list of 6 texts/);
      expect(() => new ImageSet({ ...parts(), paths })).toThrow(ArgumentError);
    }
  });
});

describe("an ImageSet as JSON", () => {
  it("is a description, which nothing takes for the set", () => {
    const set = new ImageSet(parts(PATHS));
    const json = JSON.stringify({ set });
    expect(json).toBe('{"set":{"length":6,"imageShape":[1,1,1],"classNames":["a","b"]}}');
    const { set: read } = JSON.parse(json) as { set: ImageSetParts };
    expect(() => new ImageSet(read)).toThrow(ArgumentError);
  });
});

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

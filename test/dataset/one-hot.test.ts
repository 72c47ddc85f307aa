import { describe, expect, it } from "vitest";
import { oneHot } from "../../src/dataset/one-hot.ts";
import { ArgumentError } from "../../src/errors.ts";

describe("oneHot", () => {
  it("puts a single 1 in each label's column", () => {
    expect(oneHot([2, 0, 1], 3)).toEqual(Float32Array.of(0, 0, 1, 1, 0, 0, 0, 1, 0));
    expect(oneHot(Uint8Array.of(1), 2)).toEqual(Float32Array.of(0, 1));
    expect(oneHot([], 10)).toHaveLength(0);
  });

  it("refuses labels without a column and names their index", () => {
    for (const label of [3, -1, 0.5, NaN]) {
      expect(() => oneHot([0, label], 3)).toThrow(/labels\[1\] to be a whole number in \[0, 2\]/);
    }
    expect(() => oneHot([0], 0)).toThrow(ArgumentError);
  });
});

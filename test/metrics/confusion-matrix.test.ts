import { describe, expect, it } from "vitest";
import { confusionMatrix, mostConfused } from "../../src/metrics/index.ts";

describe("confusionMatrix", () => {
  it("has a row for each true label and a column for each predicted one", () => {
    expect(confusionMatrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2])).toEqual([
      [2, 0, 0],
      [0, 0, 1],
      [1, 0, 2],
    ]);
  });

  it("leaves out samples whose true or predicted label is not listed", () => {
    expect(confusionMatrix([0, 1, 2, 2], [0, 2, 2, 0], { labels: [2, 0] })).toEqual([
      [1, 1],
      [0, 1],
    ]);
  });

  it("gives 0 for 0/0 when normalized", () => {
    const options = { labels: [0, 1, 2], normalize: "true" } as const;
    expect(confusionMatrix([0, 0, 1], [0, 1, 1], options)).toEqual([
      [0.5, 0.5, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]);
  });

  it("takes labels that lie far apart", () => {
    const far = 2 ** 52;
    expect(confusionMatrix([-far, far, far], [-far, far, -far])).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it("refuses labels that never occur in yTrue, and unknown normalizations", () => {
    expect(() => confusionMatrix([0], [1], { labels: [1] })).toThrow(/labels to occur in yTrue/);
    expect(() => confusionMatrix([0], [0], { normalize: "rows" as never })).toThrow(
      /normalize to be one of "true", "pred", "all", got "rows"/,
    );
  });
});

describe("mostConfused", () => {
  const matrix = [
    [5, 2, 0],
    [7, 9, 2],
    [0, 1, 8],
  ];

  it("lists the mistakes, the most frequent first", () => {
    expect(mostConfused(matrix, { classNames: ["cat", "dog", "frog"] })).toEqual([
      { trueName: "dog", predictedName: "cat", trueIndex: 1, predictedIndex: 0, count: 7 },
      { trueName: "cat", predictedName: "dog", trueIndex: 0, predictedIndex: 1, count: 2 },
      { trueName: "dog", predictedName: "frog", trueIndex: 1, predictedIndex: 2, count: 2 },
      { trueName: "frog", predictedName: "dog", trueIndex: 2, predictedIndex: 1, count: 1 },
    ]);
  });

  it("leaves out what happened less than minCount times", () => {
    expect(mostConfused(matrix, { minCount: 3 }).map(({ count }) => count)).toEqual([7]);
  });

  it("refuses what is not a square matrix of counts", () => {
    expect(() => mostConfused([[1, 2]])).toThrow(/square matrix/);
    expect(() => mostConfused([[NaN]])).toThrow(/counts of at least 0, got NaN/);
    expect(() => mostConfused(7 as never)).toThrow(/square matrix with at least one row, got 7/);
    expect(() => mostConfused(matrix, { classNames: ["a"] })).toThrow(
      /the 3 labels 0, 1, 2, got 1 names/,
    );
  });
});

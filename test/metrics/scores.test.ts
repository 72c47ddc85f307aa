import { describe, expect, it } from "vitest";
import {
  accuracyScore,
  precisionRecallFscoreSupport,
  topKAccuracyScore,
} from "../../src/metrics/index.ts";

describe("accuracyScore", () => {
  it("is the share, or the number, of right predictions", () => {
    expect(accuracyScore([0, 1, 2, 3], [0, 2, 1, 3])).toBe(0.5);
    expect(accuracyScore([0, 1, 2, 3], [0, 2, 1, 3], { normalize: false })).toBe(2);
    expect(accuracyScore([0, 1], [0, 2], { sampleWeight: [3, 1] })).toBe(0.75);
  });
});

describe("precisionRecallFscoreSupport", () => {
  it("scores the positive class alone with the binary average", () => {
    const scores = precisionRecallFscoreSupport([0, 1, 1, 1], [0, 0, 1, 1], { average: "binary" });
    expect(scores).toEqual({ precision: 1, recall: 2 / 3, fscore: 0.8, support: null });
    const negative = { average: "binary", posLabel: 0 } as const;
    expect(precisionRecallFscoreSupport([0, 1, 1, 1], [0, 0, 1, 1], negative).precision).toBe(0.5);
  });

  it("is recall alone in the limit of an infinite beta", () => {
    const options = { beta: Infinity, average: "macro" } as const;
    const { recall, fscore } = precisionRecallFscoreSupport([0, 1, 1], [0, 0, 1], options);
    expect(fscore).toBe(recall);
  });

  it("refuses options that make no sense", () => {
    const call = (options: object): unknown =>
      precisionRecallFscoreSupport([0, 1, 2], [0, 1, 2], options);
    expect(() => call({ average: "binary" })).toThrow(/at most two labels .* got 3 labels/);
    expect(() => call({ average: "samples" })).toThrow(/average to be one of/);
    expect(() => call({ beta: -1 })).toThrow(/beta to be a number of at least 0/);
    expect(() => precisionRecallFscoreSupport([0, 2], [0, 2], { average: "binary" })).toThrow(
      /posLabel to be one of the labels 0, 2, got 1/,
    );
  });
});

describe("topKAccuracyScore", () => {
  const yTrue = [0, 1, 2, 2];
  const rows = [
    [0.5, 0.2, 0.2],
    [0.3, 0.4, 0.2],
    [0.2, 0.4, 0.3],
    [0.7, 0.2, 0.1],
  ];

  it("counts a sample if its label is among the k best scores", () => {
    expect(topKAccuracyScore(yTrue, rows)).toBe(0.75);
    expect(topKAccuracyScore(yTrue, rows, { k: 1 })).toBe(0.5);
    expect(topKAccuracyScore(yTrue, rows, { k: 2, normalize: false })).toBe(3);
    expect(topKAccuracyScore(yTrue, rows, { k: 2, sampleWeight: [0, 0, 1, 3] })).toBe(0.25);
  });

  it("takes rows or one flat array", () => {
    expect(topKAccuracyScore(yTrue, Float64Array.from(rows.flat()))).toBe(0.75);
    expect(topKAccuracyScore([5, 7, 9, 9], rows, { labels: [5, 7, 9] })).toBe(0.75);
  });

  it("ranks the later of equal scores higher", () => {
    expect(topKAccuracyScore([0], [[1, 1, 0]], { k: 1 })).toBe(0);
    expect(topKAccuracyScore([1], [[1, 1, 0]], { k: 1 })).toBe(1);
  });

  it.each([
    ["a flat array that does not divide", [0, 1], [1, 2, 3], {}, /same number of scores .* got 3/],
    ["ragged rows", [0, 1], [[1, 2], [1]], {}, /row 1 of yScore to hold 2 scores, got 1/],
    ["too few rows", [0, 1], [[1, 2]], {}, /a row for each of the 2 samples, got 1 rows/],
    ["NaN", [0], [[1, NaN]], {}, /row 0 of yScore to hold finite numbers, got NaN at index 1/],
    ["a label without a column", [2], [[0, 1]], {}, /got label 2 at index 0/],
    [
      "k above the number of classes",
      [1],
      [[0, 1]],
      { k: 3 },
      /k to be a whole number in \[1, 2\]/,
    ],
    ["labels out of order", [1], [[0, 1]], { labels: [1, 0] }, /labels to ascend/],
    ["a wrong count of labels", [1], [[0, 1]], { labels: [1] }, /2 columns .* got 1 labels/],
    ["no samples", [], [], {}, /at least one sample/],
  ])("refuses %s", (_, labels, scores, options, message) => {
    expect(() => topKAccuracyScore(labels, scores as never, options)).toThrow(message);
  });
});

import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { classificationReport } from "../../src/metrics/index.ts";

/** Labels that give the confusion matrix `matrix`. */
function fromMatrix(matrix: readonly (readonly number[])[]): { yTrue: number[]; yPred: number[] } {
  const yTrue: number[] = [];
  const yPred: number[] = [];
  matrix.forEach((row, i) => {
    row.forEach((count, j) => {
      for (let n = 0; n < count; n++) {
        yTrue.push(i);
        yPred.push(j);
      }
    });
  });
  return { yTrue, yPred };
}

/** Ten classes of eight samples: scores of 5/8 and 7/8 end in a 5 that must round to even. */
const TEN_CLASSES = [
  [4, 0, 1, 2, 1, 0, 0, 0, 0, 0],
  [0, 5, 1, 0, 1, 0, 0, 0, 0, 1],
  [1, 0, 2, 2, 0, 0, 2, 0, 1, 0],
  [0, 0, 2, 6, 0, 0, 0, 0, 0, 0],
  [1, 0, 0, 2, 5, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 6, 0, 0, 2, 0],
  [0, 1, 0, 0, 0, 0, 7, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 6, 0, 2],
  [0, 1, 0, 0, 0, 0, 1, 0, 6, 0],
  [0, 0, 1, 2, 0, 0, 0, 0, 0, 5],
];

describe("classificationReport", () => {
  it("prints the example of scikit-learn's documentation", () => {
    const report = classificationReport([0, 1, 2, 2, 2], [0, 0, 2, 2, 1], {
      targetNames: ["class 0", "class 1", "class 2"],
    });
    expect(String(report)).toBe(
      [
        "              precision    recall  f1-score   support",
        "",
        "     class 0       0.50      1.00      0.67         1",
        "     class 1       0.00      0.00      0.00         1",
        "     class 2       1.00      0.67      0.80         3",
        "",
        "    accuracy                           0.60         5",
        "   macro avg       0.50      0.56      0.49         5",
        "weighted avg       0.70      0.60      0.61         5",
        "",
      ].join("\n"),
    );
  });

  it("prints all scores of a class that is called accuracy", () => {
    const report = classificationReport([0, 1], [0, 1], { targetNames: ["accuracy", "other"] });
    expect(String(report).split("\n").slice(2, 6)).toEqual([
      "    accuracy       1.00      1.00      1.00         1",
      "       other       1.00      1.00      1.00         1",
      "",
      "    accuracy                           1.00         2",
    ]);
  });

  it("prints a micro average where labels leave out some label that occurs", () => {
    const report = classificationReport([1, 1, 1], [1, 1, 0], { labels: [1, 2, 3] });
    expect(String(report)).toContain("   micro avg       1.00      0.67      0.80         3\n");
    expect(report.accuracy).toBeUndefined();
    expect(report.microAvg?.recall).toBe(2 / 3);
  });

  it("rounds ties to even as scikit-learn does", () => {
    const { yTrue, yPred } = fromMatrix(TEN_CLASSES);
    const lines = String(classificationReport(yTrue, yPred)).split("\n");
    const numbers = (line: string): string => line.trim().split(/\s+/).slice(1).join(" ");
    expect(lines.slice(2, 12).map(numbers)).toEqual([
      "0.67 0.50 0.57 8",
      "0.71 0.62 0.67 8",
      "0.29 0.25 0.27 8",
      "0.43 0.75 0.55 8",
      "0.71 0.62 0.67 8",
      "1.00 0.75 0.86 8",
      "0.70 0.88 0.78 8",
      "1.00 0.75 0.86 8",
      "0.67 0.75 0.71 8",
      "0.62 0.62 0.62 8",
    ]);
    expect(String(classificationReport(yTrue, yPred, { digits: 4 }))).toContain(
      "   macro avg     0.6801    0.6500    0.6540        80\n",
    );
  });

  it("prints accuracy where labels name all that occurs and more", () => {
    // Label 2 has no sample: 0/0 counts as 0 in the macro average, with no weight in the weighted.
    const report = classificationReport([0, 1, 1, 1], [0, 1, 1, 0], { labels: [0, 1, 2] });
    expect(report.accuracy).toBe(0.75);
    expect(report.macroAvg.recall).toBe((1 + 2 / 3) / 3);
    expect(report.weightedAvg.recall).toBe((1 + 3 * (2 / 3)) / 4);
    expect(String(report)).toContain("    accuracy                           0.75         4\n");
  });

  it("leaves undefined scores out of the averages with zeroDivision NaN", () => {
    const report = classificationReport([0, 1, 1, 1], [0, 1, 1, 0], {
      labels: [0, 1, 2],
      zeroDivision: NaN,
    });
    expect(report.perClass[2].precision).toBeNaN();
    expect(report.macroAvg.recall).toBe((1 + 2 / 3) / 2);
    expect(String(report)).toContain("           2        nan       nan       nan         0\n");
  });

  it("gives a dictionary whose numbers are not rounded", () => {
    const report = classificationReport([0, 0, 0, 1], [0, 0, 1, 1], { targetNames: ["a", "b"] });
    expect(JSON.parse(JSON.stringify(report))).toEqual({
      a: { precision: 1, recall: 2 / 3, "f1-score": 0.8, support: 3 },
      b: { precision: 0.5, recall: 1, "f1-score": 2 / 3, support: 1 },
      accuracy: 0.75,
      "macro avg": {
        precision: 0.75,
        recall: (2 / 3 + 1) / 2,
        "f1-score": 0.8 / 2 + 1 / 3,
        support: 4,
      },
      "weighted avg": {
        precision: 0.875,
        recall: 0.75,
        "f1-score": (0.8 * 3 + 2 / 3) / 4,
        support: 4,
      },
    });
    expect(report.perClass[1]).toEqual({
      label: 1,
      name: "b",
      precision: 0.5,
      recall: 1,
      f1Score: 2 / 3,
      support: 1,
    });
  });

  it("takes the whole of an evaluation, and its class names", () => {
    const yTrue = Int32Array.of(0, 1, 3, 3);
    const yPred = Int32Array.of(0, 3, 3, 3);
    const classNames = ["cat", "dog", "frog", "ship"];
    const evaluation = { yTrue, yPred, classNames, probabilities: new Float32Array(16), loss: 1 };
    const text = String(classificationReport(evaluation));
    // Classes that do not occur are left out, as scikit-learn does it.
    const targetNames = ["cat", "dog", "ship"];
    expect(text).toBe(String(classificationReport(yTrue, yPred, { targetNames })));
    const options = { labels: [2, 3], digits: 4 };
    expect(classificationReport(evaluation, options).perClass.map(({ name }) => name)).toEqual([
      "frog",
      "ship",
    ]);
    expect(String(classificationReport(evaluation, { targetNames: ["a", "b", "c"] }))).toContain(
      "c ",
    );
    const unnamed = { ...evaluation, classNames: undefined };
    expect(String(classificationReport(unnamed))).toBe(String(classificationReport(yTrue, yPred)));
  });

  describe("of an evaluation", () => {
    const evaluation = {
      yTrue: [0, 1, 2],
      yPred: [0, 1, 1],
      probabilities: [
        [0.9, 0.1, 0],
        [0.2, 0.8, 0],
        [0.1, 0.5, 0.4],
      ],
      classNames: ["cat", "dog", "frog"],
    };

    it("takes its options right after it, and refuses others", () => {
      const { yTrue, yPred, classNames: targetNames } = evaluation;
      const text = String(classificationReport(evaluation, { digits: 3 }));
      expect(text).toBe(String(classificationReport(yTrue, yPred, { targetNames, digits: 3 })));
      expect(String(classificationReport(evaluation, undefined))).toMatch(/ 1\.00 /);
      const call = classificationReport as (...given: unknown[]) => unknown;
      for (const second of [undefined, {}, { digits: 4 }]) {
        expect(() => call(evaluation, second, { digits: 3 })).toThrow(
          /two arguments, an evaluation and options, got a third; pass the options right after/,
        );
      }
    });

    it("shows by their numbers the last classes, if they have no names", () => {
      const named = { ...evaluation, classNames: ["cat"] };
      expect(classificationReport(named).perClass.map(({ name }) => name)).toEqual([
        "cat",
        "1",
        "2",
      ]);
    });

    it.each<[string, object, RegExp]>([
      ["class names that are none", { classNames: ["a", null, "c"] }, /classNames to be a list of/],
      ["one class name", { classNames: "abc" }, /classNames to be a list of texts, got "abc"/],
      ["labels of no class", { yTrue: [0, 1, 7] }, /yTrue to hold labels of the 3 classes, got 7/],
      ["predictions of no class", { yPred: [0, -1, 1] }, /yPred to hold labels of the 3 classes/],
      ["too few probabilities", { probabilities: [1] }, /probabilities to hold the same number/],
      ["probabilities NaN", { probabilities: new Float32Array(9).fill(NaN) }, /finite numbers/],
      ["no probabilities", { probabilities: undefined }, /probabilities to be an array/],
    ])("refuses %s", (_, change, message) => {
      expect(() => classificationReport({ ...evaluation, ...change })).toThrow(message);
    });
  });

  it("takes any array of whole numbers", () => {
    const text = String(classificationReport([0, 1, 1], [0, 1, 0]));
    expect(String(classificationReport(Uint8Array.of(0, 1, 1), Int32Array.of(0, 1, 0)))).toBe(text);
    expect(String(classificationReport(Float32Array.of(0, 1, 1), [0, 1, 0]))).toBe(text);
  });

  it.each([
    ["different lengths", [0, 1], [0], {}, /yPred to be as long as yTrue \(2\), got 1/],
    ["no samples", [], [], {}, /at least one sample/],
    ["fractions", [0, 0.5], [0, 1], {}, /yTrue to hold whole numbers, got 0.5 at index 1/],
    ["NaN", [0, 1], [0, NaN], {}, /yPred to hold whole numbers, got NaN at index 1/],
    ["strings", ["cat"], ["cat"], {}, /yTrue to hold whole numbers, got "cat"/],
    ["no array", "cat", [0], {}, /yTrue to be an array or typed array of whole numbers/],
    [
      "a wrong count of names",
      [0, 1],
      [0, 2],
      { targetNames: ["a", "b"] },
      /3 labels 0, 1, 2, got 2/,
    ],
    [
      "names that are none",
      [0],
      [0],
      { targetNames: [7] },
      /targetNames to name the 1 labels 0, got \[7\]/,
    ],
    ["repeated labels", [0], [0], { labels: [0, 0] }, /each label once, got 0 at index 1/],
    ["an empty list of labels", [0], [0], { labels: [] }, /at least one label/],
    [
      "negative weights",
      [0, 1],
      [0, 1],
      { sampleWeight: [1, -1] },
      /sampleWeight .* got -1 at index 1/,
    ],
    ["NaN weights", [0], [0], { sampleWeight: [NaN] }, /finite numbers of at least 0, got NaN/],
    ["weights that are texts", [0], [0], { sampleWeight: ["1"] }, /got "1" at index 0/],
    [
      "weights that are nothing",
      [0, 1],
      [0, 1],
      { sampleWeight: [1, null] },
      /got null at index 1/,
    ],
    ["weights that are symbols", [0], [0], { sampleWeight: [Symbol("w")] }, /got Symbol\(w\)/],
    [
      "a list of names with holes",
      [0, 1],
      [0, 1],
      { targetNames: new Array(2) },
      /the 2 labels 0, 1, got /,
    ],
    ["too few weights", [0, 1], [0, 1], { sampleWeight: [1] }, /each of the 2 samples, got 1/],
    ["weights that are all 0", [0], [0], { sampleWeight: [0] }, /some weight above 0/],
    ["negative digits", [0], [0], { digits: -1 }, /digits to be a whole number in \[0, 80\]/],
    ["another zeroDivision", [0], [0], { zeroDivision: 2 }, /zeroDivision to be one of 0, 1, NaN/],
    ["misspelt options", [0], [0], { targetName: ["a"] }, /did you mean targetNames/],
  ])("refuses %s", (_, yTrue, yPred, options, message) => {
    const call = (): unknown =>
      classificationReport(yTrue as never, yPred as never, options as never);
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });
});

/** One class, classes without samples, denominators of 0, single precision: as scikit-learn 1.9 has it. */
import { describe, expect, it } from "vitest";
import {
  accuracyScore,
  averagePrecisionScore,
  balancedAccuracyScore,
  calibration,
  classificationReport,
  cohenKappaScore,
  confusionMatrix,
  logLoss,
  matthewsCorrcoef,
  precisionRecallCurves,
  precisionRecallFscoreSupport,
  rocAucScore,
  rocCurves,
  topKAccuracyScore,
} from "../../src/metrics/index.ts";
import { closeWithin } from "./close-within.ts";
import { readFixture } from "./fixture.ts";

interface LabelsCase {
  readonly yTrue: number[];
  readonly yPred: number[];
  readonly labels: number[] | null;
  readonly accuracy: number;
  readonly balanced: number;
  readonly adjusted: number;
  readonly matthews: number;
  readonly kappa: number[];
  readonly scores: Record<string, (number | number[])[]>;
  readonly matrices: number[][][];
  readonly report: string;
  readonly reportJson: string;
}

type Curve = [number[], number[], number[]];

interface ProbabilitiesCase {
  readonly yTrue: number[];
  readonly double: number[][];
  readonly single: number[][];
  readonly logLoss: [double: number, single: number] | null;
  readonly topK: number[] | null;
  readonly roc: Curve[];
  readonly rocAuc: number[];
  readonly precisionRecall: Curve[];
  readonly averagePrecision: number[];
  readonly calibration: Record<"uniform" | "quantile", [accuracy: number[], confidence: number[]]>;
}

interface NamesCase {
  readonly yTrue: number[];
  readonly yPred: number[];
  readonly targetNames: string[];
  readonly report: string;
}

const fixture = readFixture("edges.sklearn-1.9.1.json") as {
  labels: LabelsCase[];
  probabilities: ProbabilitiesCase[];
  names: NamesCase[];
};

/** A dozen additions, in another order than the reference takes for some of them. */
const expectClose = closeWithin(16 * 2 ** -52);

describe.each(fixture.labels)("labels $yTrue, predicted $yPred, listed $labels", (expected) => {
  const { yTrue, yPred } = expected;
  const labels = expected.labels ?? undefined;

  it("have scikit-learn's scores", () => {
    expectClose(accuracyScore(yTrue, yPred), expected.accuracy);
    expectClose(balancedAccuracyScore(yTrue, yPred), expected.balanced);
    expectClose(balancedAccuracyScore(yTrue, yPred, { adjusted: true }), expected.adjusted);
    expectClose(matthewsCorrcoef(yTrue, yPred), expected.matthews);
    const kappas = [undefined, "linear" as const, "quadratic" as const].map((weights) =>
      cohenKappaScore(yTrue, yPred, { labels, weights }),
    );
    expectClose(kappas, expected.kappa);
    for (const [key, scores] of Object.entries(expected.scores)) {
      const [averageName, zero] = key.split(" ");
      const average = averageName === "None" ? null : (averageName as "micro");
      const zeroDivision = zero === "nan" ? NaN : Number(zero);
      const ours = precisionRecallFscoreSupport(yTrue, yPred, { labels, average, zeroDivision });
      expectClose([ours.precision, ours.recall, ours.fscore], scores);
    }
  });

  it("have scikit-learn's matrices and report, in its order", () => {
    const matrices = [undefined, "true" as const, "pred" as const, "all" as const].map(
      (normalize) => confusionMatrix(yTrue, yPred, { labels, normalize }),
    );
    expectClose(matrices, expected.matrices);
    const report = classificationReport(yTrue, yPred, { labels });
    expect(String(report)).toBe(expected.report);
    // The text tells the order of its keys, which JSON.parse would lose.
    const theirs = expected.reportJson.replaceAll(/\.0\b/g, "").replaceAll(/([:,]) /g, "$1");
    expect(JSON.stringify(report)).toBe(theirs);
    expect(Object.keys(report.toJSON())).toEqual(Array.from(theirs.matchAll(/"([^"]+)":(?=\{)|"(accuracy)"/g), ([, row, accuracy]) => row ?? accuracy)); // prettier-ignore
  });
});

describe("probabilities", () => {
  it.each(fixture.probabilities)("of which only some classes occur (case %#)", (expected) => {
    const { yTrue, double, single } = expected;
    const rows = single.map((row) => Float32Array.from(row));
    if (expected.logLoss) {
      expectClose(logLoss(yTrue, double), expected.logLoss[0]);
      // scikit-learn takes the logarithms in single precision, too.
      expect(logLoss(yTrue, rows)).toBeCloseTo(expected.logLoss[1], 5);
    }
    expected.topK?.forEach((score, i) => {
      expectClose(topKAccuracyScore(yTrue, rows, { k: i + 1 }), score);
    });
    const roc = rocCurves(yTrue, rows);
    expectClose(roc.map((c) => [c.falsePositiveRate, c.truePositiveRate, c.thresholds]), expected.roc); // prettier-ignore
    expectClose(roc.map(({ area }) => area), expected.rocAuc); // prettier-ignore
    expectClose(rocAucScore(yTrue, rows, { average: null }), expected.rocAuc);
    const curves = precisionRecallCurves(yTrue, rows);
    expectClose(curves.map((c) => [c.precision, c.recall, c.thresholds]), expected.precisionRecall); // prettier-ignore
    expectClose(averagePrecisionScore(yTrue, rows, { average: null }), expected.averagePrecision);
    for (const strategy of ["uniform", "quantile"] as const) {
      const { bins } = calibration(yTrue, rows, { bins: 4, strategy });
      const filled = bins.filter(({ count }) => count > 0);
      expectClose(filled.map(({ accuracy }) => accuracy), expected.calibration[strategy][0]); // prettier-ignore
      // scikit-learn adds up in single precision.
      filled.forEach(({ confidence }, i) => {
        expect(confidence).toBeCloseTo(expected.calibration[strategy][1][i], 6);
      });
    }
  });
});

describe("the container of scores", () => {
  const metrics = {
    averagePrecisionScore,
    calibration,
    logLoss,
    precisionRecallCurves,
    rocAucScore,
    rocCurves,
    topKAccuracyScore,
  };

  it.each(Object.entries(metrics))("does not matter to %s, only their precision", (_, metric) => {
    for (const { yTrue, double, single } of fixture.probabilities.slice(0, 8)) {
      const call = (scores: unknown, labels: unknown = yTrue): unknown =>
        (metric as (yTrue: unknown, scores: unknown) => unknown)(labels, scores);
      const inDouble = call(double);
      expect(call(double.flat())).toEqual(inDouble);
      expect(call(Float64Array.from(double.flat()))).toEqual(inDouble);
      expect(call(double.map((row) => Float64Array.from(row)))).toEqual(inDouble);
      const inSingle = call(Float32Array.from(single.flat()));
      expect(call(single.map((row) => Float32Array.from(row)))).toEqual(inSingle);
      for (const kind of [Uint8Array, Int32Array, Float32Array]) {
        expect(call(double, kind.from(yTrue))).toEqual(inDouble);
      }
      // One row in double precision makes NumPy's array double, as a plain array of numbers is.
      const mixed = single.map((row, i) => (i === 0 ? row : Float32Array.from(row)));
      expect(call(mixed)).toEqual(call(single));
    }
  });

  it("keeps probabilities off 0 by the precision of their numbers", () => {
    const rows = [[1, 0], [1, 0]]; // prettier-ignore
    expect(logLoss([1, 0], rows)).toBeCloseTo(18.02, 2);
    expect(logLoss([1, 0], rows.map((row) => Float32Array.from(row)))).toBeCloseTo(7.97, 2); // prettier-ignore
    expect(logLoss([1, 0], Float32Array.of(1, 0, 1, 0))).toBeCloseTo(7.97, 2);
    expect(logLoss([1, 0], Uint8Array.of(1, 0, 1, 0))).toBeCloseTo(18.02, 2);
  });
});

describe("names that meet", () => {
  it.each(fixture.names)("$targetNames", ({ yTrue, yPred, targetNames, report: text }) => {
    const report = classificationReport(yTrue, yPred, { targetNames });
    expect(String(report)).toBe(text);
    const json = report.toJSON();
    expect(Object.keys(json)).toHaveLength(targetNames.length + 3);
    for (const { precision, recall, f1Score, support } of report.perClass) {
      expect(Object.values(json)).toContainEqual({ precision, recall, "f1-score": f1Score, support }); // prettier-ignore
    }
    expect(json.accuracy).toBe(report.accuracy);
    const { f1Score: f1, ...macro } = report.macroAvg;
    expect(json["macro avg"]).toEqual({ ...macro, "f1-score": f1 });
  });

  it("get the labels of their classes, others stay as they are", () => {
    const keys = (targetNames: string[], labels?: number[]): string[] =>
      Object.keys(classificationReport([0, 1, 2], [0, 1, 2], { targetNames, labels }).toJSON());
    const averages = ["accuracy", "macro avg", "weighted avg"];
    expect(keys(["cat", "dog", "cat"])).toEqual(["cat (0)", "dog", "cat (2)", ...averages]);
    expect(keys(["cat (0)", "cat", "cat"], [1, 0, 2])).toEqual(["cat (0)", "cat (0) (0)", "cat (2)", ...averages]); // prettier-ignore
    expect(keys(["accuracy", "2", "1"])).toEqual(["accuracy (0)", "2", "1", ...averages]);
    expect(keys(["micro avg", "a"], [0, 1])).toEqual(["micro avg (0)", "a", "micro avg", "macro avg", "weighted avg"]); // prettier-ignore
  });
});

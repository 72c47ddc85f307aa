import { describe, expect, it } from "vitest";
import {
  averagePrecisionScore,
  balancedAccuracyScore,
  calibration,
  cohenKappaScore,
  logLoss,
  matthewsCorrcoef,
  precisionRecallCurve,
  precisionRecallCurves,
  rocAucScore,
  rocCurve,
  rocCurves,
  topKAccuracyScore,
} from "../../src/metrics/index.ts";
import { closeWithin } from "./close-within.ts";
import { readFixture } from "./fixture.ts";

interface LabelsCase {
  readonly yTrue: number[];
  readonly yPred: number[];
  readonly sampleWeight: number[] | null;
  readonly balanced: number;
  readonly adjusted: number | null;
  readonly kappa: [plain: number, linear: number, quadratic: number];
  readonly matthews: number;
}

type Curve = [number[], number[], number[]];
type Averages = Record<"macro" | "weighted" | "micro", number> & { none: number[] };

interface ProbabilitiesCase {
  readonly yTrue: number[];
  readonly probabilities: number[][];
  readonly sampleWeight: number[] | null;
  readonly logLoss: number;
  readonly logLossSum: number;
  readonly topK: number[];
  readonly roc: Curve[];
  readonly rocFull: Curve;
  readonly precisionRecall: Curve[];
  readonly precisionRecallShort: Curve;
  readonly rocAuc: Averages;
  readonly averagePrecision: Averages;
  readonly calibration: Record<
    "uniform" | "quantile",
    {
      readonly bins: number;
      readonly counts: number[];
      readonly accuracy: number[];
      readonly confidence: number[];
      readonly ece: number;
      readonly mce: number;
    }
  >;
}

const fixture = readFixture("scores.sklearn-1.9.1.json") as {
  labels: LabelsCase[];
  probabilities: ProbabilitiesCase[];
};

/** Sums of at most 60 terms, in another order than the reference takes for some of them. */
const expectClose = closeWithin(64 * 2 ** -52);

describe("scikit-learn's scores of labels", () => {
  it("come out the same", () => {
    for (const { yTrue, yPred, ...expected } of fixture.labels) {
      const sampleWeight = expected.sampleWeight ?? undefined;
      expectClose(balancedAccuracyScore(yTrue, yPred, { sampleWeight }), expected.balanced);
      if (expected.adjusted !== null) {
        const adjusted = balancedAccuracyScore(yTrue, yPred, { sampleWeight, adjusted: true });
        expectClose(adjusted, expected.adjusted);
      }
      const kappas = [undefined, "linear" as const, "quadratic" as const].map((weights) =>
        cohenKappaScore(yTrue, yPred, { weights, sampleWeight }),
      );
      expectClose(kappas, expected.kappa);
      expectClose(matthewsCorrcoef(yTrue, yPred, { sampleWeight }), expected.matthews);
    }
  });
});

describe("scikit-learn's scores of probabilities", () => {
  it("come out the same for log loss and top-k accuracy", () => {
    for (const { yTrue, probabilities, ...expected } of fixture.probabilities) {
      const sampleWeight = expected.sampleWeight ?? undefined;
      expectClose(logLoss(yTrue, probabilities, { sampleWeight }), expected.logLoss);
      const flat = Float64Array.from(probabilities.flat());
      expectClose(logLoss(yTrue, flat, { sampleWeight, normalize: false }), expected.logLossSum);
      const topK = expected.topK.map((_, i) =>
        topKAccuracyScore(yTrue, probabilities, { k: i + 1, sampleWeight }),
      );
      expectClose(topK, expected.topK);
    }
  });

  it("come out the same for ROC curves and their areas", () => {
    for (const { yTrue, probabilities, ...expected } of fixture.probabilities) {
      const sampleWeight = expected.sampleWeight ?? undefined;
      const curves = rocCurves(yTrue, probabilities, { sampleWeight });
      curves.forEach((curve, i) => {
        const [falsePositiveRate, truePositiveRate, thresholds] = expected.roc[i];
        expectClose(curve.falsePositiveRate, falsePositiveRate);
        expectClose(curve.truePositiveRate, truePositiveRate);
        expect(curve.thresholds).toEqual(thresholds);
        expect(curve.label).toBe(i);
      });
      expectClose(
        curves.map(({ area }) => area),
        expected.rocAuc.none,
      );
      const first = probabilities.map((row) => row[0]);
      const options = { sampleWeight, posLabel: 0, dropIntermediate: false };
      const full = rocCurve(yTrue, first, options);
      expectClose(full.falsePositiveRate, expected.rocFull[0]);
      expectClose(full.truePositiveRate, expected.rocFull[1]);
      for (const average of ["macro", "weighted", "micro"] as const) {
        const score = rocAucScore(yTrue, probabilities, { sampleWeight, average });
        expectClose(score, expected.rocAuc[average]);
      }
    }
  });

  it("come out the same for precision-recall curves and average precisions", () => {
    for (const { yTrue, probabilities, ...expected } of fixture.probabilities) {
      const sampleWeight = expected.sampleWeight ?? undefined;
      const curves = precisionRecallCurves(yTrue, probabilities, { sampleWeight });
      curves.forEach((curve, i) => {
        const [precision, recall, thresholds] = expected.precisionRecall[i];
        expectClose(curve.precision, precision);
        expectClose(curve.recall, recall);
        expect(curve.thresholds).toEqual(thresholds);
      });
      const first = probabilities.map((row) => row[0]);
      const options = { sampleWeight, posLabel: 0, dropIntermediate: true };
      const short = precisionRecallCurve(yTrue, first, options);
      expectClose(short.precision, expected.precisionRecallShort[0]);
      expectClose(short.recall, expected.precisionRecallShort[1]);
      const average = { sampleWeight, average: null };
      expectClose(
        averagePrecisionScore(yTrue, probabilities, average),
        expected.averagePrecision.none,
      );
      for (const name of ["macro", "weighted", "micro"] as const) {
        const score = averagePrecisionScore(yTrue, probabilities, { sampleWeight, average: name });
        expectClose(score, expected.averagePrecision[name]);
      }
    }
  });

  it("come out the same for calibration", () => {
    for (const { yTrue, probabilities, ...expected } of fixture.probabilities) {
      for (const strategy of ["uniform", "quantile"] as const) {
        const { bins, counts, accuracy, confidence, ece, mce } = expected.calibration[strategy];
        const result = calibration(yTrue, probabilities, { bins, strategy });
        expect(result.bins.map(({ count }) => count)).toEqual(counts);
        const filled = result.bins.filter(({ count }) => count > 0);
        expectClose(
          filled.map((bin) => bin.accuracy),
          accuracy,
        );
        expectClose(
          filled.map((bin) => bin.confidence),
          confidence,
        );
        expectClose(result.expectedCalibrationError, ece);
        expectClose(result.maximumCalibrationError, mce);
      }
    }
  });
});

describe("scores by hand", () => {
  it("give areas for one score a sample, and NaN where a class is missing", () => {
    expect(rocAucScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBe(0.75);
    expect(averagePrecisionScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBeCloseTo(5 / 6, 15);
    expect(rocAucScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { average: null })).toEqual([0.75]);
    expect(rocAucScore([1, 1], [0.1, 0.4])).toBeNaN();
    expect(rocCurve([0, 1], [1, 2]).thresholds).toEqual([Infinity, 2, 1]);
  });

  it("clip probabilities by the precision of their numbers", () => {
    expect(logLoss([0], [[0, 1]])).toBe(52 * Math.LN2);
    expect(logLoss([0], Float32Array.of(0, 1))).toBe(23 * Math.LN2);
  });

  it("find a perfectly calibrated model perfect", () => {
    const probabilities = [0, 1, 2, 3].map(() => [0.75, 0.25]);
    expect(calibration([0, 0, 0, 1], probabilities)).toMatchObject({
      expectedCalibrationError: 0,
      maximumCalibrationError: 0,
    });
  });

  it("replace what is not defined", () => {
    expect(cohenKappaScore([1, 1], [1, 1])).toBeNaN();
    expect(cohenKappaScore([1, 1], [1, 1], { replaceUndefinedBy: 0 })).toBe(0);
    expect(matthewsCorrcoef([1, 1], [1, 1])).toBe(0);
  });

  it.each([
    [
      () => logLoss([0], [[2, -1]]),
      /row 0 of yProba to hold probabilities in \[0, 1\], got 2 at index 0/,
    ],
    [() => logLoss([0], [[0.2, 0.2]]), /every row of yProba to sum to 1, got 0.4 for sample 0/],
    [() => calibration([0], [[1, 0]], { bins: 0 }), /bins to be a whole number/],
    [() => calibration([0], [[1, 0]], { strategy: "even" as never }), /strategy to be one of/],
    [() => rocCurve([0, 1], [0.5]), /yScore to be as long as yTrue \(2\), got 1/],
    [() => rocCurve([0, 1], [0.5, NaN]), /finite numbers, got NaN at index 1/],
    [() => rocAucScore([0, 2], [0.5, 1]), /labels 0 and 1 with one score a sample/],
    [() => rocAucScore([0, 1], [0.5, 1], { average: "all" as never }), /average to be one of/],
    [() => cohenKappaScore([0], [0], { weights: "cubic" as never }), /weights to be one of/],
    [() => balancedAccuracyScore([0], [0], { adjust: true } as never), /did you mean adjusted/],
  ])("refuse bad input: %s", (call, message) => {
    expect(call).toThrow(message);
  });
});

import { describe, expect, it } from "vitest";
import {
  accuracyScore,
  classificationReport,
  confusionMatrix,
  precisionRecallFscoreSupport,
} from "../../src/metrics/index.ts";
import { readFixture } from "./fixture.ts";

type Scores = [precision: number, recall: number, fscore: number, support: null];

interface Case {
  readonly yTrue: number[];
  readonly yPred: number[];
  readonly labels: number[] | null;
  readonly targetNames: string[] | null;
  readonly sampleWeight: number[] | null;
  readonly digits: number;
  readonly zeroDivision: number;
  readonly beta: number;
  readonly expected: {
    readonly text: string;
    readonly dict: Record<string, Record<string, number> | number>;
    readonly matrix: number[][];
    readonly matrixTrue: number[][];
    readonly matrixPred: number[][];
    readonly matrixAll: number[][];
    readonly byClass: number[][];
    readonly micro: Scores;
    readonly macro: Scores;
    readonly weighted: Scores;
    readonly accuracy: number;
    readonly hits: number;
  };
}

/** `exact` where the formulas are the same; version 1.2 computes F from rounded intermediates. */
const versions = [
  { version: "1.9.1", exact: true },
  { version: "1.2.1", exact: false },
];

describe.each(versions)("scikit-learn $version", ({ version, exact }) => {
  const { cases } = readFixture(`reports.sklearn-${version}.json`) as { cases: Case[] };

  function expectSame(ours: unknown, theirs: unknown): void {
    if (exact) expect(ours).toEqual(theirs);
    else expectClose(ours, theirs);
  }

  it("gives at least 200 cases", () => {
    expect(cases.length).toBeGreaterThanOrEqual(200);
  });

  it("prints the same report, byte for byte", () => {
    for (const { yTrue, yPred, expected, ...rest } of cases) {
      const { digits, zeroDivision } = rest;
      const report = classificationReport(yTrue, yPred, {
        ...optional(rest),
        targetNames: rest.targetNames ?? undefined,
        digits,
        zeroDivision,
      });
      expect(String(report)).toBe(expected.text);
      expectSame(report.toJSON(), expected.dict);
    }
  });

  it("counts the same confusion matrices, in all normalizations", () => {
    for (const { yTrue, yPred, expected, ...rest } of cases) {
      const matrix = (normalize?: "true" | "pred" | "all"): number[][] =>
        confusionMatrix(yTrue, yPred, { ...optional(rest), normalize });
      expect(matrix()).toEqual(expected.matrix);
      expect(matrix("true")).toEqual(expected.matrixTrue);
      expect(matrix("pred")).toEqual(expected.matrixPred);
      expect(matrix("all")).toEqual(expected.matrixAll);
    }
  });

  it("gives the same scores in all averages", () => {
    for (const { yTrue, yPred, expected, ...rest } of cases) {
      const { beta, zeroDivision } = rest;
      const options = { ...optional(rest), beta, zeroDivision };
      const byClass = precisionRecallFscoreSupport(yTrue, yPred, options);
      const { precision, recall, fscore, support } = byClass;
      expectSame([precision, recall, fscore, support], expected.byClass);
      for (const average of ["micro", "macro", "weighted"] as const) {
        const scores = precisionRecallFscoreSupport(yTrue, yPred, { ...options, average });
        expectSame(
          [scores.precision, scores.recall, scores.fscore, scores.support],
          expected[average],
        );
      }
    }
  });

  it("gives the same accuracy", () => {
    for (const { yTrue, yPred, sampleWeight, expected } of cases) {
      const options = { sampleWeight: sampleWeight ?? undefined };
      expect(accuracyScore(yTrue, yPred, options)).toBe(expected.accuracy);
      // The reference leaves the order of additions to BLAS here: 60 terms of at most 3.
      const hits = accuracyScore(yTrue, yPred, { ...options, normalize: false });
      expect(Math.abs(hits - expected.hits)).toBeLessThanOrEqual(60 * 3 * 60 * 2 ** -53);
    }
  });
});

function optional({ labels, sampleWeight }: Pick<Case, "labels" | "sampleWeight">): {
  labels?: number[];
  sampleWeight?: number[];
} {
  return { labels: labels ?? undefined, sampleWeight: sampleWeight ?? undefined };
}

/** Equal but for the last bits of numbers. */
function expectClose(ours: unknown, theirs: unknown): void {
  if (typeof theirs === "number" && Number.isFinite(theirs)) {
    expect(Math.abs((ours as number) - theirs)).toBeLessThanOrEqual(
      8 * 2 ** -53 * Math.abs(theirs),
    );
  } else if (typeof theirs === "object" && theirs !== null) {
    // JSON.parse puts keys that look like numbers first; sklearn-edges.test.ts looks at the order.
    expect(Object.keys(ours as object).sort()).toEqual(Object.keys(theirs).sort());
    for (const [key, value] of Object.entries(theirs)) {
      expectClose((ours as Record<string, unknown>)[key], value);
    }
  } else {
    expect(ours).toEqual(theirs);
  }
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import * as metrics from "../../src/metrics/index.ts";

const LABELS = [0, 1, 1, 2, 0];
const ROWS = LABELS.map((label) => [0, 1, 2].map((column) => (column === label ? 0.5 : 0.25)));
const SCORES = [0.1, 0.4, 0.35, 0.8, 0.2];

type Metric = (a: unknown, b: unknown, options: unknown) => unknown;

/** Each metric with good arguments and the names of its options. */
const METRICS: [name: string, good: unknown, options: string[]][] = [
  ["accuracyScore", LABELS, ["normalize", "sampleWeight"]],
  ["averagePrecisionScore", ROWS, ["average", "labels", "sampleWeight"]],
  ["balancedAccuracyScore", LABELS, ["adjusted", "sampleWeight"]],
  ["calibration", ROWS, ["bins", "strategy", "labels"]],
  [
    "classificationReport",
    LABELS,
    ["labels", "targetNames", "sampleWeight", "digits", "zeroDivision"],
  ],
  ["cohenKappaScore", LABELS, ["labels", "weights", "sampleWeight", "replaceUndefinedBy"]],
  ["confusionMatrix", LABELS, ["labels", "sampleWeight", "normalize"]],
  ["logLoss", ROWS, ["labels", "normalize", "sampleWeight"]],
  ["matthewsCorrcoef", LABELS, ["sampleWeight"]],
  ["precisionRecallCurve", SCORES, ["posLabel", "sampleWeight", "dropIntermediate"]],
  [
    "precisionRecallFscoreSupport",
    LABELS,
    ["average", "beta", "labels", "posLabel", "sampleWeight", "zeroDivision"],
  ],
  ["rocAucScore", ROWS, ["average", "labels", "sampleWeight"]],
  ["rocCurve", SCORES, ["posLabel", "sampleWeight", "dropIntermediate"]],
  ["topKAccuracyScore", ROWS, ["k", "normalize", "sampleWeight", "labels"]],
];

/** Anything, and often something that is nearly right. */
const value = fc.oneof(
  fc.anything({ withBigInt: true, withTypedArray: true, withSparseArray: true }),
  fc.constantFrom(undefined, null, true, 0, 1, -1, 3, 0.5, NaN, Infinity, "true", "macro", "auto"),
  fc.array(fc.oneof(fc.integer({ min: -1, max: 3 }), fc.double()), { maxLength: 6 }),
);

describe.each(METRICS)("%s", (name, good, keys) => {
  const metric = metrics[name as keyof typeof metrics] as unknown as Metric;

  function expectOwnErrorsOnly(call: () => unknown): void {
    try {
      call();
    } catch (error) {
      expect(error).toBeInstanceOf(ArgumentError);
      expect((error as Error).message).toMatch(
        new RegExp(`^${name}: expected .+, got .*; .+\\.$`, "s"),
      );
    }
  }

  it("works without options", () => {
    expect(() => metric(LABELS, good, undefined)).not.toThrow();
  });

  it("takes or refuses any options, with an error that names it", () => {
    const options = fc.record(Object.fromEntries(keys.map((key) => [key, value])), {
      requiredKeys: [],
    });
    fc.assert(
      fc.property(options, (given) => {
        expectOwnErrorsOnly(() => JSON.stringify(metric(LABELS, good, given)));
      }),
      { seed: 1, numRuns: 400 },
    );
    fc.assert(
      fc.property(value, (given) => {
        expectOwnErrorsOnly(() => metric(LABELS, good, given));
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it("takes or refuses any labels and scores", () => {
    fc.assert(
      fc.property(fc.constantFrom(LABELS, undefined), value, (first, second) => {
        expectOwnErrorsOnly(() => metric(first ?? second, second, {}));
        expectOwnErrorsOnly(() => metric(second, good, {}));
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

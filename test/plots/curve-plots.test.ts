import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import {
  plotCalibration,
  plotLearningRateFinder,
  plotPrecisionRecall,
  plotRoc,
  toSvg,
} from "../../src/plots/index.ts";
import { expectGolden } from "./golden.ts";
import { valuesOf } from "./samples.ts";

const falsePositiveRate = [0, 0, 0.5, 1];
const truePositiveRate = [0, 0.6, 0.9, 1];
const roc = { name: "Cat", falsePositiveRate, truePositiveRate, area: 0.85 };
const many = <T>(curve: T, n: number): T[] => Array.from({ length: n }, () => curve);

describe("plotRoc", () => {
  it("names each curve with its area, and draws it as before", async () => {
    const other = { name: "Dog", falsePositiveRate: [0, 1], truePositiveRate: [0, 1] };
    const svg = await toSvg(plotRoc([roc, other]));
    expect(svg).toContain(">Cat (AUC 0.850)<");
    expect(svg).toContain(">Dog<");
    expectGolden("roc", svg);
  });

  it("tells averages from classes, and enlarges the corner", async () => {
    const other = { name: "Dog", falsePositiveRate: [0, 0.1, 1], truePositiveRate: [0, 0.9, 1] };
    const averages = (["micro", "macro"] as const).map((average, i) => ({
      ...{ name: `${average}-average`, average, area: 0.9 - i / 100 },
      falsePositiveRate: [0, 0.2, 1],
      truePositiveRate: [0, 0.85 + i / 20, 1],
    }));
    const svg = await toSvg(plotRoc([...averages, roc, other], { zoom: 0.2, title: "Pets" }));
    expect(svg).toContain(">micro-average (AUC 0.900)<");
    // Axes of the corner.
    for (const tick of ["0.20", "0.80", "1.00"]) expect(svg).toContain(`>${tick}<`);
    expectGolden("roc-zoom", svg);
    // Averages take no colour from the classes.
    const colors = JSON.stringify(plotRoc([roc, other]))
      .match(/#[0-9a-f]{6}/g)!
      .slice(-6);
    const beside = JSON.stringify(plotRoc([...averages, roc, other]));
    for (const color of colors) expect(beside).toContain(color);
    for (const zoom of [0, 1, -0.1, NaN, "0.2"]) {
      expect(() => plotRoc(roc, { zoom } as never)).toThrow(/plotRoc: expected zoom/);
    }
  });

  it("leaves out points closer than half a pixel, but neither end", () => {
    const rates = Float64Array.from({ length: 100_001 }, (_, i) => i / 100_000);
    const spec = plotRoc([{ name: "x", falsePositiveRate: rates, truePositiveRate: rates }]);
    const points = valuesOf(spec);
    expect(points.length).toBeLessThan(700);
    expect(points[0]).toMatchObject({ x: 0, y: 0 });
    expect(points.at(-1)).toMatchObject({ x: 1, y: 1 });
  });

  it("refuses no curves, too many, and values that are no rates", () => {
    for (const curves of [[], many(roc, 21), null, [null]]) {
      expect(() => plotRoc(curves as never)).toThrow(/a list of 1 to 20 curves/);
    }
    for (const curves of [{}, [{}], [{ ...roc, name: 3 }]]) {
      expect(() => plotRoc(curves as never)).toThrow(ArgumentError);
    }
    expect(() => plotRoc([{ ...roc, falsePositiveRate: [0, 1] }])).toThrow(/of the same length/);
    expect(() => plotRoc([{ ...roc, truePositiveRate: [0, 0.5, 2, 1] }])).toThrow(
      /truePositiveRate to hold numbers in \[0, 1\], got 2 at index 2/,
    );
    expect(() => plotRoc([roc], { legend: false } as never)).toThrow(ArgumentError);
  });
});

describe("plotPrecisionRecall", () => {
  it("draws steps in the order of the thresholds", () => {
    const recall = [1, 0.5, 0.5, 0];
    const precision = [0.4, 0.5, 0.8, 1];
    const spec = plotPrecisionRecall([{ name: "Cat", precision, recall, averagePrecision: 0.65 }]);
    expect(valuesOf(spec).map(({ x, y }) => [x, y])).toEqual(
      recall.map((x, i) => [x, precision[i]]),
    );
    expect(JSON.stringify(spec)).toContain('"interpolate":"step-after"');
  });

  it("tells twenty curves apart", async () => {
    const curve = { name: "Cat", precision: [0.5, 1], recall: [1, 0] };
    const svg = await toSvg(plotPrecisionRecall(many(curve, 20)));
    const lines = [
      ...svg.matchAll(/stroke="(#\w+)" stroke-width="1.5" stroke-dasharray="([\d,]+)"/g),
    ];
    expect(new Set(lines.map(([, color, dash]) => color + dash)).size).toBe(20);
  });
});

describe("plotCalibration", () => {
  const bins = [
    { confidence: 0.9, accuracy: 0.7, count: 90 },
    { confidence: NaN, accuracy: NaN, count: 0 },
    { confidence: 0.4, accuracy: 0.5, count: 10 },
  ];

  it("draws bins in the order of their confidence, as before", async () => {
    const spec = plotCalibration({ bins, expectedCalibrationError: 0.19 });
    expect(valuesOf(spec)).toEqual([
      { x: 0.4, y: 0.5, count: 10 },
      { x: 0.9, y: 0.7, count: 90 },
    ]);
    const svg = await toSvg(spec);
    expect(svg).toContain(">Calibration error 0.190<");
    expectGolden("calibration", svg);
  });

  it("refuses what is no calibration", () => {
    const bad = (bin: object) => () => plotCalibration({ bins: [{ ...bins[0], ...bin }] });
    expect(bad({ count: -1 })).toThrow(/bins' counts .*at least 0, got -1/);
    expect(bad({ accuracy: 1.5 })).toThrow(/accuracy to hold numbers in \[0, 1\], got 1.5/);
    expect(bad({ confidence: NaN })).toThrow(/confidence to hold numbers in \[0, 1\], got NaN/);
    // Without a prediction there is nothing to draw.
    expect(bad({ count: 0 })).toThrow(/at least 1/);
    for (const value of [null, undefined, {}, { bins: {} }, { bins: [null] }]) {
      expect(() => plotCalibration(value as never)).toThrow(ArgumentError);
    }
    const error = { bins, expectedCalibrationError: NaN };
    expect(() => plotCalibration(error)).toThrow(/expectedCalibrationError/);
  });
});

describe("plotLearningRateFinder", () => {
  const learningRates = Float64Array.from({ length: 60 }, (_, i) => 1e-6 * 10 ** (i / 10));
  const losses = learningRates.map((rate) => 2.3 - 1000 * rate + 1e5 * rate ** 2);

  it("marks the suggestion, and draws the curve as before", async () => {
    const svg = await toSvg(plotLearningRateFinder({ learningRates, losses, suggestion: 0.002 }));
    expect(svg).toContain(">suggested: 0.0020<");
    expectGolden("learning-rate-finder", svg);
  });

  it("draws the smoothed losses as the curve, those of the batches as dots", async () => {
    const smoothedLosses = losses.map((loss) => loss + 0.01);
    const spec = plotLearningRateFinder({ learningRates, losses, smoothedLosses });
    expect(valuesOf(spec)[20]).toMatchObject({ loss: smoothedLosses[20], batch: losses[20] });
    const svg = await toSvg(spec);
    expect(svg.match(/stroke="#1f77b4"/g)).toHaveLength(1);
    // Below the curve's upper end.
    expect(svg.match(/fill="#9ecae1"/g)?.length).toBeGreaterThan(30);
    expect(() => plotLearningRateFinder({ learningRates, losses, smoothedLosses: [1] })).toThrow(
      /smoothedLosses to hold 60 numbers/,
    );
  });

  it("leaves out losses that are not finite", async () => {
    const broken = losses.map((loss, i) => (i > 50 ? Number.NaN : loss));
    const spec = plotLearningRateFinder({ learningRates, losses: broken });
    expect(valuesOf(spec).filter(({ loss }) => loss === null)).toHaveLength(9);
    expect(await toSvg(spec)).not.toMatch(/NaN|Infinity/);
  });

  it("refuses sweeps without a curve", () => {
    const bad = (sweep: unknown) => () => plotLearningRateFinder(sweep as never);
    expect(bad({ learningRates: [1], losses: [1] })).toThrow(/same length, at least 2/);
    expect(bad({ learningRates: [1, 0], losses: [1, 2] })).toThrow(
      /learningRates to hold numbers above 0, got 0 at index 1/,
    );
    expect(bad({ learningRates: [1, 2], losses: [Number.NaN, Infinity] })).toThrow(/a finite loss/);
    expect(bad(undefined)).toThrow(ArgumentError);
  });
});

/** Every metric that has a picture, joined with its picture: what the one returns, the other takes. */
import { describe, expect, it } from "vitest";
import { ImageSet } from "../../src/dataset/image-set.ts";
import {
  calibration,
  confusionMatrix,
  mostConfident,
  mostConfused,
  precisionRecallCurve,
  precisionRecallCurves,
  rocCurve,
  rocCurves,
} from "../../src/metrics/index.ts";
import {
  plotCalibration,
  plotConfusionMatrix,
  plotPrecisionRecall,
  plotPredictions,
  plotRoc,
  toSvg,
  type VegaLiteSpec,
} from "../../src/plots/index.ts";
import { expectGolden } from "./golden.ts";
import { valuesOf } from "./samples.ts";

/** Probabilities that favour `yPred`, as `evaluate` gives them. */
function probabilitiesFor(yPred: readonly number[], classes: number): Float32Array {
  return Float32Array.from({ length: yPred.length * classes }, (_, i) => {
    const sample = Math.floor(i / classes);
    const own = 0.6 + ((sample * 7) % 10) / 30;
    if (classes === 1) return 1;
    return i % classes === yPred[sample] ? own : (1 - own) / (classes - 1);
  });
}

interface Case {
  readonly name: string;
  readonly classes: number;
  readonly yTrue: readonly number[];
  readonly yPred: readonly number[];
}

const CASES: readonly Case[] = [
  { name: "all classes", classes: 3, yTrue: [0, 0, 0, 1, 1, 2], yPred: [0, 0, 1, 1, 2, 2] },
  { name: "a class without samples", classes: 3, yTrue: [0, 0, 1, 1], yPred: [0, 2, 1, 1] },
  { name: "samples of one class only", classes: 3, yTrue: [1, 1, 1], yPred: [1, 1, 0] },
  { name: "one sample", classes: 2, yTrue: [0], yPred: [1] },
  { name: "one class", classes: 1, yTrue: [0, 0], yPred: [0, 0] },
  {
    name: "twenty classes",
    classes: 20,
    yTrue: Array.from({ length: 60 }, (_, i) => i % 20),
    yPred: Array.from({ length: 60 }, (_, i) => (i * 7) % 20),
  },
];

async function drawn(spec: VegaLiteSpec): Promise<string> {
  const svg = await toSvg(spec);
  expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
  return svg;
}

describe.each(CASES)("with $name", ({ classes, yTrue, yPred }) => {
  const flat = probabilitiesFor(yPred, classes);
  const nested = yTrue.map((_, i) => Array.from(flat.subarray(i * classes, (i + 1) * classes)));
  const labels = Array.from({ length: classes }, (_, i) => i);
  const classNames = labels.map((label) => `class ${label}`);

  it("rocCurves and precisionRecallCurves", async () => {
    for (const probabilities of [flat, nested]) {
      for (const spec of [
        plotRoc(rocCurves(yTrue, probabilities), { classNames }),
        plotPrecisionRecall(precisionRecallCurves(yTrue, probabilities), { classNames }),
      ]) {
        const svg = await drawn(spec);
        for (const name of classNames) expect(svg).toContain(`>${name} (`);
      }
    }
  });

  it("rocCurve and precisionRecallCurve", async () => {
    const scores = nested.map(([first]) => first);
    await drawn(plotRoc(rocCurve(yTrue, scores, { posLabel: 0 })));
    await drawn(plotPrecisionRecall(precisionRecallCurve(yTrue, scores, { posLabel: 0 })));
  });

  it("calibration, by either strategy", async () => {
    for (const strategy of ["uniform", "quantile"] as const) {
      const measured = calibration(yTrue, flat, { strategy });
      const spec = plotCalibration(measured);
      const filled = measured.bins.filter(({ count }) => count > 0);
      expect(valuesOf(spec)).toHaveLength(filled.length);
      expect(await drawn(spec)).toContain(">Calibration error ");
    }
  });

  it("confusionMatrix and mostConfused, however normalised", async () => {
    for (const normalize of [undefined, "true", "pred", "all"] as const) {
      const matrix = confusionMatrix(yTrue, yPred, { labels, normalize });
      await drawn(plotConfusionMatrix(matrix, { classNames }));
      const mistakes = mostConfused(matrix, { classNames }).map(({ trueName }) => trueName);
      expect(mistakes).toHaveLength(
        matrix.flatMap((row, i) => row.filter((n, j) => i !== j && n > 0)).length,
      );
    }
    const counts = confusionMatrix(yTrue, yPred, { labels });
    for (const normalize of ["true", "pred", "all"] as const) {
      await drawn(plotConfusionMatrix(counts, { classNames, normalize }));
    }
  });

  const set = new ImageSet({
    images: new Uint8Array(yTrue.length * 4),
    labels: Uint8Array.from(yTrue),
    imageShape: [2, 2, 1],
    classNames,
  });
  const evaluation = { yTrue, yPred, probabilities: flat, classNames };

  it("the whole of an evaluation, with all of its classes", async () => {
    const matrix = confusionMatrix(yTrue, yPred, { labels });
    const spec = plotConfusionMatrix(evaluation);
    expect(spec).toEqual(plotConfusionMatrix(matrix, { classNames }));
    const options = { classNames: labels.map((label) => `other ${label}`), normalize: "true" } as const; // prettier-ignore
    expect(plotConfusionMatrix(evaluation, options)).toEqual(plotConfusionMatrix(matrix, options));
    await drawn(spec);
  });

  it("the surest predictions, wrong or right", async () => {
    for (const wrong of [true, false]) {
      const surest = mostConfident(evaluation, set, { wrong, count: 3 });
      if (surest.indices.length === 0) continue;
      const svg = await drawn(plotPredictions(set, surest));
      const { probabilities } = surest;
      expect(svg).toContain(`${wrong ? "✗" : "✓"} ${classNames[surest.yPred[0]]}`);
      expect([...probabilities].sort((a, b) => b - a)).toEqual(probabilities);
    }
  });

  it("predicted classes and probabilities, nested or flat", async () => {
    const spec = plotPredictions(set, { yPred, probabilities: flat });
    await drawn(spec);
    expect(plotPredictions(set, { yPred, probabilities: nested })).toEqual(spec);
    expect(plotPredictions(set, { probabilities: nested })).toEqual(spec);
  });
});

describe("classes that have no curve", () => {
  const yTrue = [0, 0, 1, 1];
  const curves = rocCurves(yTrue, probabilitiesFor([0, 2, 1, 1], 3));

  it("are named in the legend, with the reason, and draw nothing", async () => {
    const classNames = ["cat", "dog", "frog"];
    const spec = plotRoc(curves, { classNames });
    expect(new Set(valuesOf(spec).map(({ number }) => number))).toEqual(new Set([0, 1]));
    expectGolden("roc-without-samples", await drawn(spec));
    const pr = plotPrecisionRecall(
      precisionRecallCurves(yTrue, probabilitiesFor([0, 2, 1, 1], 3)),
      {
        classNames,
      },
    );
    expect(new Set(valuesOf(pr).map(({ number }) => number))).toEqual(new Set([0, 1]));
    expect(await drawn(pr)).toContain(">frog (no positive samples)<");
  });

  it("say so when every sample is positive", async () => {
    const svg = await drawn(plotRoc(rocCurve([1, 1], [0.2, 0.9])));
    expect(svg).toContain(">(no negative samples)<");
  });

  it("need no class names", async () => {
    expect(await drawn(plotRoc(curves))).toContain(">2 (no positive samples)<");
  });
});

describe("class names of curves", () => {
  const curves = rocCurves([5, 9], [0.9, 0.1, 0.2, 0.8], { labels: [5, 9] });

  it("go by the label; a curve's own name goes first", () => {
    expect(() => plotRoc(curves, { classNames: ["cat", "dog"] })).toThrow(
      /a class name for the label 5, got 2 names; .* or give each curve its own/,
    );
    const named = curves.map((curve, i) => ({ ...curve, name: ["cat", "dog"][i] }));
    const text = JSON.stringify(plotRoc(named, { classNames: ["cat", "dog"] }));
    expect(text).toContain('"cat (AUC 1.000)"');
    expect(text).toContain('"dog (AUC 1.000)"');
    expect(() => plotRoc(curves, { classNames: [3] as never })).toThrow(/a list of texts/);
  });

  it("are cut before the number that follows them", async () => {
    const name = "a very long name of a class ".repeat(3);
    expect(await drawn(plotRoc({ ...curves[0], name }))).toMatch(/>a very long.*… \(AUC 1\.000\)</);
  });
});

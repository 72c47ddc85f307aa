import { describe, expect, it } from "vitest";
import { ArgumentError, randomStream } from "cifar-kit";
import { averageRocCurves, rocAucScore, rocCurve, rocCurves } from "cifar-kit/metrics";

/** Scores of `n` samples that lean to the true class; every so many are equal. */
function sample(n: number, classes: number): { yTrue: number[]; scores: number[][] } {
  const rng = randomStream(1, "roc", n);
  const yTrue = Array.from({ length: n }, (_, i) => i % classes);
  const scores = yTrue.map((label) =>
    Array.from({ length: classes }, (_, c) => {
      const value = rng.uniform() + (c === label ? 0.4 : 0);
      return rng.uniform() < 0.3 ? Math.round(value * 4) / 4 : value;
    }),
  );
  return { yTrue, scores };
}

/** A curve's values just below and just above a rate, by its definition. */
function limits(x: readonly number[], y: readonly number[], at: number): [number, number] {
  const first = x.findIndex((rate) => rate >= at);
  if (x[first] === at) return [y[first], y[x.lastIndexOf(at)]];
  const share = (at - x[first - 1]) / (x[first] - x[first - 1]);
  const value = y[first - 1] + share * (y[first] - y[first - 1]);
  return [value, value];
}

describe("averageRocCurves", () => {
  const { yTrue, scores } = sample(200, 4);
  const [micro, macro] = averageRocCurves(yTrue, scores);

  it("have the areas that rocAucScore gives", () => {
    for (const curve of [micro, macro]) {
      const { average, area } = curve;
      // Two orders of adding up about 200 terms.
      expect(area).toBeCloseTo(rocAucScore(yTrue, scores, { average }), 12);
      expect(curve.name).toBe(`${average}-average`);
    }
  });

  it("micro is the curve of all scores as one problem", () => {
    const isPositive = yTrue.flatMap((label) => [0, 1, 2, 3].map((c) => Number(c === label)));
    const { falsePositiveRate, truePositiveRate } = rocCurve(isPositive, scores.flat());
    expect(micro).toMatchObject({ falsePositiveRate, truePositiveRate });
  });

  it("macro is the mean of the classes' curves, before and behind each rise", () => {
    const curves = rocCurves(yTrue, scores);
    const { falsePositiveRate: x, truePositiveRate: y } = macro;
    x.forEach((rate, i) => {
      const isBehind = x[i - 1] === rate;
      const values = curves.map(
        (c) => limits(c.falsePositiveRate, c.truePositiveRate, rate)[isBehind ? 1 : 0],
      );
      expect(y[i]).toBeCloseTo(values.reduce((a, b) => a + b) / 4, 12);
    });
    expect([x[0], x.at(-1), y.at(-1)]).toEqual([0, 1, expect.closeTo(1, 12)]);
  });

  it("leave a class without samples out of the mean, and take a single column", () => {
    const without = yTrue.map((label) => (label === 3 ? 0 : label));
    const defined = rocCurves(without, scores).filter(({ area }) => !Number.isNaN(area));
    const [, mean] = averageRocCurves(without, scores);
    const areas = defined.map(({ area }) => area);
    expect(mean.area).toBeCloseTo(areas.reduce((a, b) => a + b) / 3, 12);
    const column = [0.1, 0.8, 0.4, 0.7];
    const binary = [0, 1, 1, 0];
    for (const { area } of averageRocCurves(binary, column)) {
      expect(area).toBe(rocAucScore(binary, column));
    }
  });

  it("refuse what fits not together", () => {
    expect(() => averageRocCurves([0, 1], [[0.5, 0.5]])).toThrow(ArgumentError);
    expect(() => averageRocCurves(yTrue, scores, { average: "micro" } as never)).toThrow(
      /averageRocCurves: .*average/,
    );
  });
});

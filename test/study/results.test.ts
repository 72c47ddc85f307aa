import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "cifar-kit";
import {
  choice,
  folds,
  meanOverFolds,
  parameterImportance,
  runStudy,
  uniform,
} from "cifar-kit/study";
import { correlation, ranksOf } from "../../src/study/parameter-importance.ts";
import { Memory, trialUrl } from "./in-process.ts";

/** A study whose trials gave these values. */
const studyOf = (rows: readonly (readonly [object, number | undefined])[]) => ({
  direction: "minimize" as const,
  trials: rows.map(([params, value]) => ({
    params: params as Record<string, unknown>,
    value,
    state: value === undefined ? "failed" : "complete",
  })),
});

describe("parameterImportance", () => {
  interface Case {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly rho: number | null;
  }
  const { cases } = JSON.parse(
    readFileSync(new URL("../fixtures/study/importance.scipy.json", import.meta.url), "utf8"),
  ) as { cases: readonly Case[] };

  it("has SciPy's rank correlations, ties included", () => {
    for (const { x, y, rho } of cases) {
      const own = correlation(ranksOf(x), ranksOf(y));
      // Sums of at most 100 products, each of them exact to half a unit in the last place.
      if (rho === null) expect(own).toBeNaN();
      else expect(own).toBeCloseTo(rho, 12);
    }
    expect(cases.filter(({ rho }) => rho !== null).length).toBeGreaterThan(10);
  });

  it("puts first what decides, be it a number or a choice", () => {
    const rows = Array.from({ length: 12 }, (_, i) => {
      const params = {
        same: 1,
        noise: (i * 7) % 12,
        kind: "abc"[i % 3],
        falls: -((i % 3) * 100 + i),
      };
      return [params, (i % 3) * 100 + i] as const;
    });
    const [first, second, third, last] = parameterImportance(studyOf(rows));
    expect(first).toEqual({ name: "falls", importance: 1, rankCorrelation: -1 });
    // Of twelve ranks the three groups of four leave variances of 15 / 12 each within.
    expect(second).toEqual({
      ...{ name: "kind", rankCorrelation: NaN },
      importance: expect.closeTo(Math.sqrt(1 - 15 / 143), 12) as number,
    });
    expect(third.name).toBe("noise");
    expect(last).toEqual({ name: "same", importance: 0, rankCorrelation: NaN });
  });

  it("takes names that every object has for parameters like any others", () => {
    const params = (value: number): object =>
      Object.fromEntries(["__proto__", "constructor"].map((name) => [name, value]));
    const study = studyOf([1, 2, 3].map((value) => [params(value), value]));
    expect(parameterImportance(study).map(({ importance }) => importance)).toEqual([1, 1]);
  });

  it("refuses what is no study, or has too few trials", () => {
    for (const study of [undefined, {}, { trials: [1] }, studyOf([[{ x: 1 }, 1]])]) {
      expect(() => parameterImportance(study as never)).toThrow(ArgumentError);
    }
  });
});

describe("meanOverFolds", () => {
  it("gives the mean of each choice over its folds, the best first", async () => {
    const study = await runStudy({
      ...{ trial: trialUrl("odd-names"), space: { x: uniform(0, 1), fold: folds(3) }, trials: 6 },
      ...{ direction: "maximize", engine: new Memory(), verbose: 0 },
    });
    const scores = meanOverFolds(study);
    const xs = study.trials.map(({ params }) => params.x);
    expect(scores.map(({ params }) => params)).toEqual(
      [...new Set(xs)].sort((a, b) => b - a).map((x) => ({ x })),
    );
    const [{ params, mean, std, values }] = scores;
    const x = params.x as number;
    expect(values).toEqual([x, x + 1, x + 2]);
    expect(mean).toBeCloseTo(x + 1, 12);
    expect(std).toBeCloseTo(Math.sqrt(2 / 3), 12);
  });

  it("leaves out a choice that lacks the value of a fold", () => {
    const study = studyOf([
      ...[0, 1].map((part) => [{ a: 1, part }, part] as const),
      [{ a: 2, part: 0 }, -9],
      [{ a: 2, part: 1 }, undefined],
    ]);
    expect(meanOverFolds(study as never, { fold: "part" })).toEqual([
      { params: { a: 1 }, mean: 0.5, std: 0.5, values: [0, 1] },
    ]);
  });

  it("refuses a study without folds", async () => {
    const study = await runStudy({
      ...{ trial: trialUrl("odd-names"), space: { x: choice([1]) }, sampler: "grid" },
      ...{ engine: new Memory(), verbose: 0 },
    });
    expect(() => meanOverFolds(study)).toThrow(/trials with the parameter fold/);
    expect(() => meanOverFolds({} as never)).toThrow(ArgumentError);
  });
});

import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { toSvg } from "../../src/plots/index.ts";
import { plotImportance } from "../../src/plots/plot-importance.ts";
import { plotParallelCoordinates } from "../../src/plots/plot-parallel-coordinates.ts";
import { plotStudyCurves } from "../../src/plots/plot-study-curves.ts";
import type { StudyToPlot, TrialToPlot } from "../../src/plots/study-to-plot.ts";
import { randomStream } from "../../src/random/stream.ts";
import { expectGolden } from "./golden.ts";

/** A study as `runStudy` gives it: 20 trials, of which some are pruned and one has failed. */
function sample(): StudyToPlot {
  const trials = Array.from({ length: 20 }, (_, i): TrialToPlot => {
    const rng = randomStream(4, "study", i);
    const rate = 10 ** (-4 + 3 * rng.uniform());
    const params = {
      learningRate: rate,
      units: 16 + 16 * rng.integer(4),
      optimizer: ["adam", "sgd", "muon"][rng.integer(3)],
    };
    const top = 0.9 - 0.2 * Math.abs(Math.log10(rate) + 2.5) - 0.1 * rng.uniform();
    const epochs = i === 7 ? 0 : i % 3 === 1 ? 2 : 8;
    const reports = Array.from({ length: epochs }, (_, epoch) => {
      const value = top * (1 - 0.7 ** (epoch + 1));
      return { epochs: epoch + 1, value, logs: { val_accuracy: value, loss: 1 - value } };
    });
    const state = i === 7 ? "failed" : epochs === 8 ? "complete" : "pruned";
    return { params, reports, state, value: reports.at(-1)?.value };
  });
  return { direction: "maximize", trials };
}
const odd = (): StudyToPlot => {
  const params = (value: number): Record<string, unknown> =>
    Object.fromEntries(["__proto__", "constructor", "a.b", "[0]"].map((name) => [name, value]));
  const reports = [{ epochs: 1, value: 1, logs: Object.fromEntries([["constructor", 1]]) }];
  const trials = [1, 2].map((value) => ({
    params: params(value),
    value,
    state: "complete",
    reports,
  }));
  return { direction: "minimize", trials };
};
const NO_STUDIES = [undefined, null, 5, {}, { trials: [] }, { trials: [{}] }, { trials: 5 }];

describe("plotParallelCoordinates", () => {
  it("draws a line for each complete trial through all axes, as before", async () => {
    expectGolden("parallel-coordinates", await toSvg(plotParallelCoordinates(sample())));
  });

  it("draws names that every object has", async () => {
    const svg = await toSvg(plotParallelCoordinates(odd(), { title: "constructor" }));
    for (const name of ["__proto__", "constructor", "a.b", "[0]"])
      expect(svg).toContain(`>${name}<`);
  });

  it("puts a single value into the middle", async () => {
    const trials = [{ params: { x: 3 }, value: 1, state: "complete", reports: [] }];
    expect(await toSvg(plotParallelCoordinates({ direction: "minimize", trials }))).toContain(
      "<svg",
    );
  });

  it("refuses what is no study, or has no complete trial", () => {
    const running = [{ params: { x: 3 }, value: undefined, state: "running", reports: [] }];
    for (const study of [...NO_STUDIES, { direction: "minimize", trials: running }]) {
      expect(() => plotParallelCoordinates(study as never)).toThrow(ArgumentError);
    }
  });
});

describe("plotStudyCurves", () => {
  it("draws the curve of every trial, as before", async () => {
    const spec = plotStudyCurves(sample(), { title: "Validation accuracy" });
    expectGolden("study-curves", await toSvg(spec));
  });

  it("draws another value of the logs, and one that is called like what every object has", async () => {
    expect(await toSvg(plotStudyCurves(sample(), { metric: "loss" }))).toContain(">loss<");
    expect(await toSvg(plotStudyCurves(odd(), { metric: "constructor" }))).toContain("<svg");
  });

  it("refuses what is no study, and says which values there are", () => {
    for (const study of NO_STUDIES) {
      expect(() => plotStudyCurves(study as never)).toThrow(ArgumentError);
    }
    expect(() => plotStudyCurves(sample(), { metric: "acc" })).toThrow(
      /trials that have reported acc, got val_accuracy, loss/,
    );
  });
});

describe("plotImportance", () => {
  it("draws a bar for each parameter, as before", async () => {
    const importances = [
      { name: "learningRate", importance: 0.83 },
      { name: "a parameter with a rather long name, cut", importance: 0.21 },
      { name: "constructor", importance: 0 },
    ];
    expectGolden("importance", await toSvg(plotImportance(importances, { title: "Importance" })));
  });

  it("refuses what is no list of importances", () => {
    for (const value of [undefined, [], [{ name: "a", importance: 2 }], [{ importance: 1 }], 5]) {
      expect(() => plotImportance(value as never)).toThrow(ArgumentError);
    }
  });
});

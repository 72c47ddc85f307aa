import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { plotHistory, toSvg } from "../../src/plots/index.ts";
import type { EpochHistory, RunHistory } from "../../src/plots/index.ts";
import { joinPhases } from "../../src/plots/history-curves.ts";
import { readRuns } from "../../src/plots/read-history.ts";
import { expectGolden } from "./golden.ts";
import { valuesOf } from "./samples.ts";

const keras = JSON.parse(
  readFileSync(new URL("../fixtures/plots/keras-history.json", import.meta.url), "utf8"),
) as { plain: Required<EpochHistory>; augmented: Required<EpochHistory> };
const join = (history: object) => joinPhases(readRuns("test", history, undefined)[0].repeated[0]);
const epochsOf = (history: object) => join(history).curves[0].epochs;
const halved = (values: ArrayLike<number | null>) => Array.from(values, (v) => (v ?? 0) / 2);

describe("plotHistory", () => {
  it("draws two phases as before", async () => {
    expectGolden("history", await toSvg(plotHistory(keras)));
  });

  it("draws runs that differ in chance as their mean in a band", async () => {
    const run = (shift: number, epochs: number): EpochHistory => ({
      loss: Array.from({ length: epochs }, (_, i) => 2 / (i + 1) + shift),
      accuracy: Array.from({ length: epochs }, (_, i) => 0.4 + 0.1 * i + shift / 5),
      valAccuracy: Array.from({ length: epochs }, (_, i) => 0.3 + 0.1 * i - shift),
      valLoss: Array.from({ length: epochs }, (_, i) => 2.2 / (i + 1) - shift),
    });
    const adam = { runs: [run(0, 4), run(0.1, 4), run(0.05, 5)] };
    const spec = plotHistory({ adam, sgd: run(0.2, 5) });
    const rows = valuesOf(spec).filter(({ split, run }) => split === "training" && run === 0);
    expect(rows[1]).toMatchObject({ epoch: 2, low: 1, high: 1.1 });
    expect(rows[1].value).toBeCloseTo(1.05, 12);
    // One run goes on alone.
    expect(rows[4]).toMatchObject({ epoch: 5, low: rows[4].value, high: rows[4].value });
    expectGolden("history-of-repeated-runs", await toSvg(spec));
    const bands = JSON.stringify(plotHistory(adam)).match(/"type":"area"/g);
    expect(bands).toHaveLength(2);
    expect(JSON.stringify(plotHistory(adam.runs[0]))).not.toContain("area");
  });

  it("draws one epoch as before", async () => {
    const spec = plotHistory({ loss: [1.28], accuracy: [0.55], valLoss: [], valAccuracy: [] });
    expectGolden("history-one-epoch", await toSvg(spec));
  });

  it("names the phases as it is told, and only if there are two", async () => {
    const svg = await toSvg(plotHistory(keras, { phaseNames: ["frozen", "tuned <b>"] }));
    expect(svg).toContain(">frozen<");
    expect(svg).toContain(">tuned &lt;b&gt;<");
    expect(await toSvg(plotHistory(keras.plain))).not.toContain(">plain<");
  });

  it("leaves out the legend of validation, and the panel of accuracy, where there are none", async () => {
    const svg = await toSvg(plotHistory({ loss: [3, 2, 1], accuracy: [] }));
    expect(svg).toContain(">training<");
    expect(svg).not.toContain(">validation<");
    expect(svg).toContain(">Loss<");
    expect(svg).not.toContain(">Accuracy<");
  });

  it("labels whole epochs only, the first and at most ten", async () => {
    for (const [n, ticks] of [
      [1, ["1"]],
      [2, ["1", "2"]],
      [10, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]],
      [20, ["1", "5", "10", "15", "20"]],
      [200, ["1", "50", "100", "150", "200"]],
    ] as const) {
      const loss = Array.from({ length: n }, (_, i) => 0.5 - i * 0.001);
      const svg = await toSvg(plotHistory({ loss, accuracy: [] }));
      const labels = [...svg.matchAll(/>(\d+)<\/text>/g)].map(([, label]) => label);
      expect(labels).toEqual(ticks);
    }
  });

  it("leaves gaps where values are not finite", async () => {
    const spec = plotHistory({ loss: [3, Number.NaN, 1], accuracy: [0.1, Infinity, 0.3] });
    expect(valuesOf(spec).map(({ value }) => value)).toEqual([3, null, 1]);
    expect(await toSvg(spec)).not.toMatch(/NaN|Infinity/);
  });

  it("draws even where every loss is NaN", async () => {
    expect(await toSvg(plotHistory({ loss: [Number.NaN], accuracy: [] }))).toContain(">Loss<");
  });

  it("takes the names of Keras and of TensorFlow.js for ours", () => {
    const [loss, accuracy, valLoss, valAccuracy] = [[2, 1], [0.5, 0.6], [2.2, 1.2], [0.4, 0.5]]; // prettier-ignore
    const ours = plotHistory({ loss, accuracy, valLoss, valAccuracy });
    expect(plotHistory({ loss, accuracy, val_loss: valLoss, val_accuracy: valAccuracy })).toEqual(
      ours,
    );
    expect(plotHistory({ loss, acc: accuracy, val_loss: valLoss, val_acc: valAccuracy })).toEqual(
      ours,
    );
    // Keras adds the learning rate when a callback changes it.
    const keras = {
      loss,
      accuracy,
      val_loss: valLoss,
      val_accuracy: valAccuracy,
      learning_rate: [1, 1],
    };
    expect(plotHistory(keras)).toEqual(ours);
    expect(plotHistory({ plain: keras, augmented: { loss, accuracy } })).toEqual(
      plotHistory({
        plain: { loss, accuracy, valLoss, valAccuracy },
        augmented: { loss, accuracy },
      }),
    );
  });

  it("refuses curves that it would not draw, and names the nearest key", () => {
    const bad = (history: object) => () => plotHistory(history as EpochHistory);
    const good = { loss: [1], accuracy: [0.5] };
    expect(bad({ ...good, valLos: [1] })).toThrow(/"valLos"; did you mean valLoss\?/);
    expect(bad({ ...good, val_lost: [1] })).toThrow(/"val_lost"; did you mean val_loss\?/);
    expect(bad({ ...good, precision: [0.4] })).toThrow(/"precision"; remove it/);
    expect(bad({ ...good, acc: [0.5] })).toThrow(/accuracy once, got it as acc, too; remove one/);
    expect(bad({ plain: good, augmented: good, tuned: good })).toThrow(/"tuned"/);
    expect(bad({ epoch: [0], history: good })).toThrow(/member history of what model.fit returned/);
    // Notes are no curves.
    expect(bad({ ...good, tool: "Keras" })).not.toThrow();
  });

  const ofValidation = (history: RunHistory): (readonly [unknown, unknown])[] =>
    valuesOf(plotHistory(history, { metrics: ["loss"] }))
      .filter(({ split }) => split === "validation")
      .map(({ epoch, value }) => [epoch, value]);

  it("joins what was measured over the epochs in which validation was not", async () => {
    const measured = { loss: [3, 2, 1, 1], valLoss: [NaN, 3, NaN, 1], valAccuracy: [] };
    expect(ofValidation(measured)).toEqual([[2, 3], [4, 1]]); // prettier-ignore
    // JSON makes null of NaN.
    const again = JSON.parse(JSON.stringify(measured)) as typeof measured;
    expect(plotHistory(again)).toEqual(plotHistory(measured));
    // One piece of a line, and the mark in the legend.
    const svg = await toSvg(plotHistory(measured));
    const lines = [...svg.matchAll(/d="([^"]*)" stroke="#d1600a"/g)].map(([, path]) => path);
    expect(lines.some((path) => /^M[^M]*L[^M]*$/.test(path))).toBe(true);
  });

  it("leaves an epoch open whose validation gave accuracy, but no finite loss", async () => {
    const valLoss = [3, NaN, 1, 1];
    const gap = { loss: [3, 2, 1, 1], valLoss, valAccuracy: [0.1, 0.1, 0.3, 0.3] };
    expect(ofValidation(gap)).toEqual([[1, 3], [2, null], [3, 1], [4, 1]]); // prettier-ignore
    // A move without a line before the piece behind the gap: two pieces.
    const svg = await toSvg(plotHistory(gap));
    const lines = [...svg.matchAll(/d="([^"]*)" stroke="#d1600a"/g)].map(([, path]) => path);
    expect(lines.some((path) => (path.match(/M/g) ?? []).length === 2)).toBe(true);
  });

  it("marks values between two gaps, which no line reaches, however many epochs there are", () => {
    const loss = Array.from({ length: 100 }, (_, i) => (i % 5 === 4 ? 0.5 : NaN));
    const marked = valuesOf(plotHistory({ loss })).filter(({ point }) => point === true);
    expect(marked.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, (_, i) => 5 * i + 5)); // prettier-ignore
  });

  it("draws several runs, a colour each, beside their names", async () => {
    const half = (history: Required<EpochHistory>) => ({ ...history, loss: halved(history.loss) });
    const tuned = { plain: half(keras.plain), augmented: half(keras.augmented) };
    const spec = plotHistory({ adam: keras, "sgd & momentum": tuned });
    expectGolden("history-runs", await toSvg(spec));
    const rows = valuesOf(plotHistory({ a: keras.plain, b: keras.augmented }));
    expect(new Set(rows.map(({ run, color }) => `${String(run)} ${String(color)}`)).size).toBe(2);
  });

  it("does not join runs of one colour, and names a single one, too", async () => {
    const [a, b] = [{ loss: [3, 2] }, { loss: [2, 1] }];
    const svg = await toSvg(plotHistory({ a, b }, { colors: ["red", "red"] }));
    const lines = [...svg.matchAll(/d="([^"]*)" stroke="red"/g)].map(([, path]) => path);
    expect(lines.filter((path) => path.includes("L"))).toHaveLength(2);
    expect(await toSvg(plotHistory({ a }))).toContain(">a<");
  });

  it("marks the phases of several runs only where all have the same", async () => {
    expect(await toSvg(plotHistory({ a: keras, b: keras }))).toContain(">augmented<");
    expect(await toSvg(plotHistory({ a: keras, b: keras.plain }))).not.toContain(">augmented<");
  });

  it("takes what train gives, of any number of phases", async () => {
    const phase = { loss: [2, 1] };
    const training = { phases: [phase, phase, phase], history: {}, health: {} };
    const spec = plotHistory(training, { phaseNames: ["head", "block", "rest"] });
    expect(join(training)).toMatchObject({ boundaries: [2.5, 4.5] });
    expect(epochsOf(training)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(plotHistory([phase, phase, phase])).toEqual(plotHistory(training));
    const svg = await toSvg(spec);
    for (const name of ["head", "block", "rest"]) expect(svg.split(`>${name}<`)).toHaveLength(2);
  });

  it("draws the metrics that are asked for, in colours of one's own", async () => {
    const spec = plotHistory(keras, { metrics: ["accuracy"], colors: ["blue", "green"] });
    const svg = await toSvg(spec);
    expect(svg).not.toContain(">Loss<");
    expect(svg).toContain('stroke="blue"');
    expect(svg).toContain('stroke="green"');
    expect(spec.description).toBe("Accuracy by epoch, training and validation");
    expect(() => plotHistory({ loss: [1] }, { metrics: ["accuracy"] })).toThrow(
      /a history with accuracy, got none; leave metrics out/,
    );
    for (const metrics of [[], ["acc"], "loss"] as never[]) {
      expect(() => plotHistory(keras, { metrics })).toThrow(/metrics to be a list of "loss"/);
    }
  });

  it("refuses more runs than there are colours, and names the one that is wrong", () => {
    const runs = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`run ${i}`, keras]));
    expect(() => plotHistory(runs)).toThrow(/at most 10 runs, got 11; choose the runs to show/);
    const bad = { good: keras, bad: { loss: [1], accuracy: [1, 2] } };
    expect(() => plotHistory(bad)).toThrow(/accuracy of "bad" to have one number per epoch/);
    expect(() => plotHistory({ good: keras, bad: { loss: [] } })).toThrow(/history of "bad" with/);
    const missing = { good: keras, bad: undefined as never };
    expect(() => plotHistory(missing)).toThrow(/a history of "bad" \{ loss.* got undefined/);
  });

  it("refuses what is no history", () => {
    const bad = (history: unknown) => () => plotHistory(history as EpochHistory);
    expect(bad({ loss: [], accuracy: [] })).toThrow(/at least one epoch, got none/);
    expect(bad({ loss: [1, 2], accuracy: [1] })).toThrow(/accuracy .* 2 like loss.*, got 1;/);
    expect(bad({ loss: [1], accuracy: [1], valLoss: [1, 2] })).toThrow(/valLoss .*got 2;/);
    expect(bad({ loss: [1], accuracy: [1], epochs: [] })).toThrow(/epochs .*got 0;/);
    for (const epochs of [
      [1, 0],
      [0, 0],
      [0.5, 1],
      [-1, 0],
      [NaN, 1],
      ["0", "1"],
    ]) {
      expect(bad({ loss: [1, 2], accuracy: [], epochs })).toThrow(
        /epochs to hold whole numbers of at least 0/,
      );
    }
    expect(bad({ loss: ["1"] })).toThrow(/loss to hold numbers, got "1" at index 0/);
    for (const history of [null, undefined, 3, {}, { plain: [1] }, [], [3], { a: keras, b: {} }]) {
      expect(bad(history)).toThrow(ArgumentError);
    }
    expect(() => plotHistory(keras, { phaseNames: ["one"] as never })).toThrow(
      /names of the 2 phases, got \["one"\]/,
    );
    expect(() => plotHistory(keras, { phases: 2 } as never)).toThrow(/unknown option/);
  });
});

describe("joinPhases", () => {
  it("counts epochs from 1 and through both phases, whether or not the second begins at 0", () => {
    const through = {
      ...keras.augmented,
      epochs: Array.from(keras.augmented.epochs, (epoch) => epoch + 10),
    };
    const counted = join({ plain: keras.plain, augmented: through });
    expect(join(keras)).toEqual(counted);
    expect(counted.boundaries).toEqual([10.5]);
    expect(epochsOf(keras)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it("has no boundary if one of the phases is empty", () => {
    const none = { loss: [], accuracy: [], valLoss: [], valAccuracy: [] };
    expect(join({ plain: keras.plain, augmented: none }).boundaries).toEqual([]);
    expect(epochsOf({ plain: none, augmented: keras.augmented })[0]).toBe(1);
  });

  it("takes a resumed run's epochs as they are", () => {
    expect(epochsOf({ epochs: [7, 8], loss: [1, 2], accuracy: [] })[0]).toBe(8);
  });
});

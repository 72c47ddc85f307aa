import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { plotHistory, toSvg } from "../../src/plots/index.ts";
import type { EpochHistory } from "../../src/plots/index.ts";
import { checkHistory, joinPhases } from "../../src/plots/history-points.ts";
import { expectGolden } from "./golden.ts";
import { valuesOf } from "./samples.ts";

const keras = JSON.parse(
  readFileSync(new URL("../fixtures/plots/keras-history.json", import.meta.url), "utf8"),
) as { plain: Required<EpochHistory>; augmented: Required<EpochHistory> };
const join = (history: Parameters<typeof checkHistory>[1]) =>
  joinPhases(checkHistory("test", history));

describe("plotHistory", () => {
  it("draws two phases as before", async () => {
    expectGolden("history", await toSvg(plotHistory(keras)));
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

  it("refuses what is no history", () => {
    const bad = (history: unknown) => () => plotHistory(history as EpochHistory);
    expect(bad({ loss: [], accuracy: [] })).toThrow(/at least one epoch, got none/);
    expect(bad({ loss: [1, 2], accuracy: [1] })).toThrow(/accuracy .* 2 like loss.*, got 1;/);
    expect(bad({ loss: [1], accuracy: [1], valLoss: [1, 2] })).toThrow(/valLoss .*got 2;/);
    expect(bad({ loss: [1], accuracy: [1], epochs: [] })).toThrow(/epochs .*got 0;/);
    for (const history of [null, undefined, 3, {}, { plain: keras.plain }, [keras.plain]]) {
      expect(bad(history)).toThrow(ArgumentError);
    }
    expect(() => plotHistory(keras, { phaseNames: ["one"] as never })).toThrow(/two names/);
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
    expect(counted.boundary).toBe(10.5);
    const epochs = counted.points.filter((p) => p.split === "training").map((p) => p.epoch);
    expect(epochs).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it("has no boundary if one of the phases is empty", () => {
    const none = { loss: [], accuracy: [], valLoss: [], valAccuracy: [] };
    expect(join({ plain: keras.plain, augmented: none }).boundary).toBeUndefined();
    expect(join({ plain: none, augmented: keras.augmented }).points[0].epoch).toBe(1);
  });

  it("takes a resumed run's epochs as they are", () => {
    expect(join({ epochs: [7, 8], loss: [1, 2], accuracy: [] }).points[0].epoch).toBe(8);
  });
});

/**
 * Every piece of advice in an error of the library is followed once, and helps. New advice needs a
 * trial in the table of its area, or a reason why it cannot be tried.
 */
import { beforeAll, describe, expect, it, vi } from "vitest";
import { useBackend } from "../helpers/backends.ts";
import * as augment from "./augment.ts";
import * as browser from "./browser/index.ts";
import { collectRemedies } from "./collect.ts";
import * as dataset from "./dataset.ts";
import * as metrics from "./metrics.ts";
import * as model from "./model.ts";
import * as node from "./node/index.ts";
import * as plots from "./plots.ts";
import * as random from "./random.ts";
import * as shared from "./shared.ts";
import * as simd from "./simd.ts";
import * as train from "./train/index.ts";
import * as weights from "./weights.ts";
import { tryRemedy, type Trials, type Untried } from "./trial.ts";

interface Table {
  readonly trials: Trials;
  /** What remedies.browser.test.ts tries. */
  readonly inPage?: Trials;
  readonly untried: Untried;
}
const TABLES: Readonly<Record<string, Table>> = {
  ...{ shared, random, model, train, dataset, augment, metrics, plots, weights, node, browser },
  simd,
};

const remedies = collectRemedies();

describe("the tables of trials", () => {
  it("know every area whose errors give advice", () => {
    expect(Object.keys(TABLES).sort()).toEqual([...remedies.keys()].sort());
  });

  it.each(Object.keys(TABLES))("hold all advice that src/ gives, and no other: %s", (area) => {
    const { trials, inPage = {}, untried } = TABLES[area];
    const known = [trials, inPage, untried].flatMap(Object.keys);
    const given = [...remedies.get(area)!];
    expect(given.filter((remedy) => !known.includes(remedy)).sort()).toEqual([]);
    expect(known.filter((remedy) => !given.includes(remedy)).sort()).toEqual([]);
    for (const reason of Object.values(untried)) expect(reason.length).toBeGreaterThan(10);
  });
});

describe.each(Object.entries(TABLES))("the advice of %s", (_, { trials }) => {
  beforeAll(async () => {
    await useBackend("wasm");
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
  });

  it.each(Object.entries(trials))("helps: %s", async (remedy, trial) => {
    await tryRemedy(remedy, trial);
  });
});

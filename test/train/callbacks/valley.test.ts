import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { valley } from "../../../src/train/callbacks/valley.ts";

const { cases } = JSON.parse(
  readFileSync(new URL("../../fixtures/train/valleys.json", import.meta.url), "utf8"),
) as { cases: { losses: number[]; index: number }[] };

describe("valley", () => {
  it("finds what fastai's does between the tenths at the ends", () => {
    for (const { losses, index } of cases) expect(valley(losses)).toBe(index);
  });

  it("finds nothing where nothing falls", () => {
    for (const losses of [[], [1], [1, 2, 3], [2, 2], [NaN, NaN]]) {
      expect(valley(losses)).toBeUndefined();
    }
  });

  it("leaves out what falls in the first tenth and in the last", () => {
    const losses = Array.from({ length: 30 }, (_, i) =>
      i < 3 ? 9 - i : i > 26 ? 40 - i : 1 + i / 99,
    );
    expect(valley(losses)).toBeUndefined();
  });

  it("is never before the beginning", () => {
    expect(valley([2, 1])).toBe(0);
  });
});

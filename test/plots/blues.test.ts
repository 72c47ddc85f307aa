import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { bluesAt, wantsDarkText } from "../../src/plots/blues.ts";

const fixture = JSON.parse(
  readFileSync(new URL("../fixtures/plots/blues.json", import.meta.url), "utf8"),
) as { colors: number[][]; dark: boolean[] };

it("is matplotlib's colour map Blues", () => {
  for (const [i, color] of fixture.colors.entries()) {
    // The fixture has nine decimals.
    for (const [k, value] of bluesAt(i / 255).entries()) expect(value).toBeCloseTo(color[k], 8);
  }
});

it("asks for dark or white text where seaborn does", () => {
  expect(fixture.dark.map((_, i) => wantsDarkText(i / 255))).toEqual(fixture.dark);
});

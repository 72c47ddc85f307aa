import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { bluesAt, wantsDarkText } from "../../src/plots/blues.ts";

const fixture = JSON.parse(
  readFileSync(new URL("../fixtures/plots/blues.json", import.meta.url), "utf8"),
) as { colors: number[][] };

it("is matplotlib's colour map Blues", () => {
  for (const [i, color] of fixture.colors.entries()) {
    // The fixture has nine decimals.
    for (const [k, value] of bluesAt(i / 255).entries()) expect(value).toBeCloseTo(color[k], 8);
  }
});

/** WCAG's contrast ratio of two colours, red, green and blue in [0, 1]. */
function contrast(a: readonly number[], b: readonly number[]): number {
  const luminance = (color: readonly number[]): number =>
    color
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

it("takes the text colour that has more contrast", () => {
  const ink = [0x26, 0x26, 0x26].map((c) => c / 255);
  for (const [i, color] of fixture.colors.entries()) {
    const isDark = wantsDarkText(i / 255);
    expect(isDark, `${i} of 255`).toBe(contrast(color, ink) >= contrast(color, [1, 1, 1]));
    expect(contrast(color, isDark ? ink : [1, 1, 1])).toBeGreaterThan(3.8);
  }
});

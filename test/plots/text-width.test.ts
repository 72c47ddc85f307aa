import { describe, expect, it } from "vitest";
import { ellipsize, textWidth, widest } from "../../src/plots/text-width.ts";

describe("textWidth", () => {
  it("adds up the advances of DejaVu Sans", () => {
    // From the font's own table: H 1540, i 569, of 2048 units.
    expect(textWidth("Hi", 2048)).toBe(1540 + 569);
    expect(textWidth("", 12)).toBe(0);
    expect(textWidth("é", 2048)).toBe(textWidth("e", 2048));
  });

  it("counts letters that it does not know as wide ones", () => {
    expect(textWidth("鳥", 12)).toBe(12);
    expect(textWidth("🐦", 12)).toBe(12);
  });
});

describe("ellipsize", () => {
  it("leaves text that fits alone", () => {
    expect(ellipsize("Automobile", 12, textWidth("Automobile", 12))).toBe("Automobile");
  });

  it("keeps as much as fits, of a text of any length", () => {
    const long = "word ".repeat(200_000);
    expect(ellipsize(long, 12, textWidth("word word w…", 12))).toBe("word word w…");
    expect(ellipsize(long, 12, textWidth("word wor…", 12) - 1)).toBe("word wo…");
    expect(ellipsize(long, 12, 1)).toBe("…");
  });

  it("cuts text so that it fits with its ellipsis", () => {
    const cut = ellipsize("A very long class name", 12, 60);
    expect(cut).toMatch(/^A ve.*…$/);
    expect(textWidth(cut, 12)).toBeLessThanOrEqual(60);
    expect(ellipsize("wide", 12, 1)).toBe("…");
  });
});

it("widest is the width of the widest line", () => {
  expect(widest(["i", "HH", "H"], 2048)).toBe(2 * 1540);
  expect(widest([], 12)).toBe(0);
});

import { describe, expect, it } from "vitest";
import { formatExponent, formatFixed, formatFloat } from "../../src/text/format-number.ts";
import { nanMean, pairwiseSum } from "../../src/metrics/sum.ts";
import { readFixture } from "../metrics/fixture.ts";

const fixture = readFixture("numbers.json") as {
  numbers: [bits: string, digits: number, fixed: string, exponent: string, repr: string][];
  sums: [values: number[], weights: number[], sum: number, mean: number, average: number][];
};

function toDouble(bits: string): number {
  return Buffer.from(bits, "hex").readDoubleBE();
}

describe("numbers as Python prints them", () => {
  it("formats 4000 numbers as %.nf, %.ne and repr do", () => {
    for (const [bits, digits, fixed, exponent, repr] of fixture.numbers) {
      const value = toDouble(bits);
      expect([
        formatFixed(value, digits),
        formatExponent(value, digits),
        formatFloat(value),
      ]).toEqual([fixed, exponent, repr]);
    }
  });

  it("rounds exact ties to even, where toFixed rounds up", () => {
    expect([0.125, 0.375, 0.625, 0.875].map((x) => formatFixed(x, 2))).toEqual([
      "0.12",
      "0.38",
      "0.62",
      "0.88",
    ]);
    expect([0.5, 1.5, 2.5, -0.5].map((x) => formatFixed(x, 0))).toEqual(["0", "2", "2", "-0"]);
    expect(formatExponent(100005, 4)).toBe("1.0000e+05");
  });

  it("writes what is not a number as Python does", () => {
    for (const format of [formatFixed, formatExponent, formatFloat]) {
      expect([NaN, Infinity, -Infinity].map((x) => format(x, 2))).toEqual(["nan", "inf", "-inf"]);
    }
  });
});

describe("sums in NumPy's order", () => {
  it("agrees with NumPy to the last bit", () => {
    for (const [values, weights, sum, mean, average] of fixture.sums) {
      expect(pairwiseSum(values)).toBe(sum);
      expect(nanMean(values)).toBe(mean);
      expect(nanMean(values, weights)).toBe(average);
    }
  });

  it("leaves NaN out of a mean, and takes weights that are all 0 for equal ones", () => {
    expect(nanMean([1, NaN, 4])).toBe(2.5);
    expect(nanMean([1, NaN, 4], [3, 5, 1])).toBe(1.75);
    expect(nanMean([1, 4], [0, 0])).toBe(2.5);
    expect(nanMean([NaN, NaN])).toBeNaN();
    expect(nanMean([])).toBeNaN();
  });
});

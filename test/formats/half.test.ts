import { describe, expect, it } from "vitest";
import { toFloat32 } from "../../src/formats/to-float32.ts";
import { toHalf } from "../../src/formats/half.ts";

const back = (bits: Uint16Array): Float32Array =>
  toFloat32({ dtype: "F16", shape: [bits.length], data: bits })!;

describe("toHalf", () => {
  it("gives back every half-precision number", () => {
    const all = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const finite = all.filter((bits) => (bits & 0x7c00) !== 0x7c00 || (bits & 0x3ff) === 0);
    expect(toHalf(back(finite))).toEqual(finite);
  });

  // Bits from Python 3.11: struct.pack("<e", value), which rounds to nearest, ties to even.
  it.each([
    [1 / 3, 0x3555],
    [0.1, 0x2e66],
    [-2.71828, 0xc170],
    [2049, 0x6800],
    [2051, 0x6802],
    [65_519, 0x7bff],
    [6e-5, 0x03ef],
    [3e-8, 0x0001],
    [2.98e-8, 0x0000],
    [-1e-9, 0x8000],
  ])("rounds %f as Python does", (value, bits) => {
    expect(toHalf(Float32Array.of(value))[0]).toBe(bits);
  });

  it("rounds a tie to the even neighbour, everywhere between two numbers", () => {
    const bits = Uint16Array.from({ length: 0x7bff }, (_, i) => i);
    const [low, high] = [back(bits), back(bits.map((b) => b + 1))];
    const middle = low.map((value, i) => (value + high[i]) / 2);
    expect(toHalf(middle)).toEqual(bits.map((b) => b + (b & 1)));
  });

  it("keeps infinity and NaN, and makes infinity of what is too large", () => {
    expect([...toHalf(Float32Array.of(Infinity, -Infinity, 65_520, 1e9))]).toEqual([
      ...[0x7c00, 0xfc00, 0x7c00, 0x7c00],
    ]);
    expect(back(toHalf(Float32Array.of(NaN)))[0]).toBeNaN();
  });
});

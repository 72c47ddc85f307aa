import { describe, expect, it } from "vitest";
import { NumpyRng } from "../../src/random/numpy.ts";
import { permutation } from "../../src/random/permutation.ts";

/** `count` results of `draw`. */
const many = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

// All values printed by numpy.random.RandomState(seed), NumPy 2.4 (the legacy streams are frozen).
describe("NumpyRng", () => {
  it("gives NumPy's raw 32-bit words", () => {
    const rng = new NumpyRng(0);
    expect(many(4, () => rng.uint32())).toEqual([2357136044, 2546248239, 3071714933, 3626093760]);
  });

  it("gives NumPy's doubles", () => {
    const zero = new NumpyRng(0);
    expect(many(6, () => zero.uniform())).toEqual([
      0.5488135039273248, 0.7151893663724195, 0.6027633760716439, 0.5448831829968969,
      0.4236547993389047, 0.6458941130666561,
    ]);
    const answer = new NumpyRng(42);
    expect(many(6, () => answer.uniform())).toEqual([
      0.3745401188473625, 0.9507143064099162, 0.7319939418114051, 0.5986584841970366,
      0.15601864044243652, 0.15599452033620265,
    ]);
  });

  it("permutes as NumPy does and leaves the stream where NumPy leaves it", () => {
    const answer = new NumpyRng(42);
    expect([...permutation(8, answer)]).toEqual([1, 5, 0, 7, 2, 4, 3, 6]);
    expect(answer.uniform()).toBe(0.15601864044243652);
    const zero = new NumpyRng(0);
    expect([...permutation(10, zero)]).toEqual([2, 8, 4, 9, 1, 6, 7, 3, 0, 5]);
    expect(zero.uniform()).toBe(0.4375872112626925);
  });

  it("permutes 50,000 images as NumPy does", () => {
    const order = permutation(50_000, new NumpyRng(0));
    expect([...order.subarray(0, 10)]).toEqual([
      11841, 19602, 45519, 25747, 42642, 31902, 30346, 12363, 32490, 26128,
    ]);
    expect([...order.subarray(-3)]).toEqual([42613, 43567, 2732]);
  });

  it("chooses as NumPy does", () => {
    const three = new NumpyRng(0);
    expect(many(8, () => three.integer(3))).toEqual([0, 1, 0, 1, 1, 2, 0, 2]);
    const two = new NumpyRng(0);
    expect(many(8, () => [-1, 1][two.integer(2)])).toEqual([-1, 1, 1, -1, 1, 1, 1, 1]);
  });

  it("draws nothing for a choice out of one", () => {
    const rng = new NumpyRng(0);
    expect(rng.integer(1)).toBe(0);
    expect(rng.uint32()).toBe(2357136044);
  });

  it("takes seeds of all 32 bits", () => {
    const highest = new NumpyRng(2 ** 32 - 1);
    expect(highest.uniform()).toBeCloseTo(0.09763203, 8);
    const rng = new NumpyRng(2 ** 31 + 5);
    expect(many(2, () => rng.integer(2 ** 32))).toEqual([4091337257, 3019826527]);
    expect(rng.uniform()).toBe(0.5943222684062343);
  });
});

import { describe, expect, it } from "vitest";
import { ArgumentError, randomStream } from "cifar-kit";
import { choice, type Dimension, folds, integer, logUniform, uniform } from "cifar-kit/study";
import { samplerOf } from "../../src/study/space/sampler.ts";
import { readSpace } from "../../src/study/space/space.ts";

const draws = <T>({ draw }: Pick<Dimension, "draw">, n = 2000): T[] =>
  Array.from({ length: n }, (_, i) => draw(randomStream(1, "draws", i)) as T);
const shareBelow = (values: number[], limit: number): number =>
  values.filter((value) => value < limit).length / values.length;

describe("a dimension", () => {
  // Of 2000 draws a share differs from its expectation by more than 0.05 less than once in 100,000 times.
  it.each<[string, Dimension<number>, number, number, number]>([
    ["uniform", uniform(-1, 3), -1, 3, 1],
    ["logUniform", logUniform(1e-4, 1e-2), 1e-4, 1e-2, 1e-3],
    ["integer", integer(0, 9), 0, 9, 5],
    ["integer with log", integer(1, 10_000, { log: true }), 1, 10_000, 100],
  ])(
    "draws within its limits, half of it on each side of the middle: %s",
    (_, dimension, low, high, middle) => {
      const values = draws<number>(dimension);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...values)).toBeLessThanOrEqual(high);
      expect(Math.abs(shareBelow(values, middle) - 0.5)).toBeLessThan(0.05);
    },
  );

  it("of whole numbers has both of its ends, and ends where its steps do", () => {
    expect([...new Set(draws<number>(integer(3, 5)))].sort()).toEqual([3, 4, 5]);
    expect(integer(8, 30, { step: 8 }).list()).toEqual([8, 16, 24]);
    expect(integer(8, 30, { step: 8 }).distribution.attributes).toMatchObject({ high: 24 });
    expect([...new Set(draws<number>(integer(1, 2, { log: true })))].sort()).toEqual([1, 2]);
  });

  it("gives the only number there is", () => {
    expect(new Set(draws(uniform(2, 2)))).toEqual(new Set([2]));
    expect(new Set(draws(logUniform(0.3, 0.3)))).toEqual(new Set([0.3]));
  });

  it("of choices keeps what it was given, whatever becomes of the list", () => {
    const filters = [
      [16, 32],
      [32, 64],
    ];
    const dimension = choice(filters);
    filters[0][0] = 99;
    expect(dimension.list()).toEqual([
      [16, 32],
      [32, 64],
    ]);
  });

  const circle: unknown[] = [];
  circle.push(circle);
  it.each<[string, unknown]>([
    ["a function", () => 1],
    ["NaN", NaN],
    ["infinity", -Infinity],
    ["nothing", undefined],
    ["a big integer", 1n],
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["typed numbers", new Float32Array(2)],
    ["a list with a hole", new Array(2)],
    ["a function in an object", { a: [() => 1] }],
    ["what contains itself", circle],
  ])("refuses choices that JSON cannot say: %s", (_, value) => {
    expect(() => choice([1, value as never])).toThrow(
      /values that JSON can say, got .* at index 1/,
    );
  });

  it("refuses choices that cannot be looked at", () => {
    expect(() => choice([revoked() as never])).toThrow(/values that JSON can say/);
  });

  it.each<[string, () => unknown]>([
    ["limits in the wrong order", () => uniform(1, 0)],
    ["a limit that is no number", () => uniform(0, NaN)],
    ["a range too wide for a number", () => uniform(-1.7e308, 1.7e308)],
    ["a logarithm of 0", () => logUniform(0, 1)],
    ["whole numbers with fractions", () => integer(0, 1.5)],
    ["a step of 0", () => integer(0, 10, { step: 0 })],
    ["a logarithm with steps", () => integer(1, 10, { step: 2, log: true })],
    ["no choice", () => choice([])],
    ["a choice twice", () => choice([{ a: 1 }, { a: 1 }])],
    ["a single fold", () => folds(1)],
    ["an unknown option", () => integer(0, 1, { steps: 2 } as never)],
  ])("refuses %s", (_, make) => {
    expect(make).toThrow(ArgumentError);
  });
});

describe("a space", () => {
  it.each<[unknown, RegExp]>([
    [{}, /space to have at least one parameter, got none/],
    [undefined, /space to be an object of parameters/],
    [[uniform(0, 1)], /space to be an object of parameters/],
    [{ rate: 0.1 }, /space\["rate"\] to be a dimension, got 0.1/],
  ])("refuses what is none: %#", (space, message) => {
    expect(() => readSpace(space, "runStudy", "space")).toThrow(message);
    expect(() => readSpace(space, "runStudy", "space")).toThrow(ArgumentError);
  });

  it("refuses what cannot be looked at", () => {
    expect(() => readSpace(revoked(), "runStudy", "space")).toThrow(ArgumentError);
  });
});

describe("a sampler", () => {
  const space = { rate: logUniform(1e-4, 1e-2), units: integer(8, 64, { step: 8 }) };
  const sampler = (name: "random" | "grid", of: Readonly<Record<string, Dimension>>, seed = 1) =>
    samplerOf("runStudy", name, Object.entries(of), seed);

  it("gives trial i the same in any order, and others for another seed", () => {
    const [one, two] = [sampler("random", space), sampler("random", space)];
    const ascending = [0, 1, 2, 3].map((i) => one.params(i));
    const descending = [3, 2, 1, 0].map((i) => two.params(i)).reverse();
    expect(descending).toEqual(ascending);
    expect(new Set(ascending.map((params) => params.rate)).size).toBe(4);
    expect(sampler("random", space, 2).params(0)).not.toEqual(ascending[0]);
  });

  it("changes nothing of a parameter when there is one more", () => {
    const more = { first: uniform(0, 1), ...space };
    expect(sampler("random", more).params(7)).toMatchObject(sampler("random", space).params(7));
  });

  it("goes through a grid, the last parameter fastest", () => {
    const grid = sampler("grid", { a: choice(["x", "y"]), b: integer(1, 3) });
    expect(grid.count).toBe(6);
    const all = Array.from({ length: 6 }, (_, i) => grid.params(i));
    expect(all.map(({ a, b }) => `${a as string}${b as number}`).join(" ")).toBe(
      "x1 x2 x3 y1 y2 y3",
    );
  });

  it("has no grid of ranges", () => {
    expect(() => sampler("grid", space)).toThrow(/a list of values for rate in a grid/);
    expect(() => sampler("grid", { n: integer(0, 1e9) })).toThrow(/a list of values for n/);
  });

  it.each(["random", "grid"] as const)("tries each choice on all folds (%s)", (name) => {
    const folded = sampler(name, { fold: folds(3), units: integer(1, 100) });
    const all = Array.from({ length: 6 }, (_, i) => folded.params(i));
    expect(all.map(({ fold }) => fold)).toEqual([0, 1, 2, 0, 1, 2]);
    expect(new Set(all.slice(0, 3).map(({ units }) => units)).size).toBe(1);
    expect(all[3].units).not.toBe(all[0].units);
    expect(Object.keys(all[0])).toEqual(["fold", "units"]);
  });

  it("of folds alone has as many trials as folds", () => {
    expect(sampler("random", { fold: folds(5) }).count).toBe(5);
  });

  it("keeps names that every object has", () => {
    const odd = Object.fromEntries(
      ["__proto__", "constructor", "toString"].map((name) => [name, uniform(0, 1)]),
    );
    const params = sampler("random", odd).params(0);
    expect(Object.keys(params)).toEqual(["__proto__", "constructor", "toString"]);
    for (const value of Object.values(params)) expect(value).toEqual(expect.any(Number));
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

import { describe, expect, it } from "vitest";
import { HelperCount } from "../../src/simd/host/helper-count.ts";

/** Runs calls of 1 ms of work for `ms`, at the speed that each number of helpers has. */
function simulate(
  helpers: HelperCount,
  clock: { now: number },
  ms: number,
  speeds: readonly number[],
): { work: number; current: number[] } {
  const end = clock.now + ms;
  const current: number[] = [];
  let work = 0;
  while (clock.now < end) {
    const time = 1 / speeds[helpers.current];
    clock.now += time;
    work += 1;
    current.push(helpers.current);
    helpers.record(1, time, clock.now);
  }
  return { work, current };
}

describe("HelperCount", () => {
  it("lets every worker help on free processors, and tries nothing else", () => {
    const helpers = new HelperCount(3);
    const { current } = simulate(helpers, { now: 0 }, 20_000, [1, 1.9, 2.8, 3.6]);
    expect(new Set(current)).toEqual(new Set([3]));
  });

  it("works alone where helpers slow it down, and loses little by trying again", () => {
    const helpers = new HelperCount(1);
    const clock = { now: 0 };
    simulate(helpers, clock, 2000, [0.8, 0.4]);
    const { work } = simulate(helpers, clock, 60_000, [0.8, 0.4]);
    expect(helpers.current).toBe(0);
    expect(work / 60_000).toBeGreaterThan(0.8 * 0.97);
  });

  it("lets them help again soon after the processors have become free", () => {
    const helpers = new HelperCount(1);
    const clock = { now: 0 };
    simulate(helpers, clock, 60_000, [0.8, 0.4]);
    simulate(helpers, clock, 7000, [1, 1.9]);
    expect(helpers.current).toBe(1);
  });

  it("finds a number in between, from both sides", () => {
    const helpers = new HelperCount(7);
    const clock = { now: 0 };
    const speeds = [1, 1.9, 2.8, 3.5, 3.0, 2.4, 2, 1.5];
    simulate(helpers, clock, 60_000, speeds);
    const { current } = simulate(helpers, clock, 60_000, speeds);
    const usual = current.filter((count) => count === 3).length / current.length;
    expect(usual).toBeGreaterThan(0.9);
  });
});

import { describe, expect, it } from "vitest";
import { HelperCount } from "../../src/simd/runtime/helper-count.ts";

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

describe("of more threads than there seem to be processors", () => {
  it("those beyond help no longer than a trial where they slow the others down", () => {
    const helpers = new HelperCount(15, 1);
    const speeds = Array.from({ length: 16 }, (_, i) => (i === 0 ? 1 : 1.9 / i));
    const { work, current } = simulate(helpers, { now: 0 }, 20_000, speeds);
    expect(current[0]).toBe(1);
    expect(work / 20_000).toBeGreaterThan(0.95 * 1.9);
  });

  it("all help soon where the processors are there all the same", () => {
    const helpers = new HelperCount(15, 1);
    const clock = { now: 0 };
    const speeds = Array.from({ length: 16 }, (_, i) => i + 1);
    simulate(helpers, clock, 20_000, speeds);
    expect(helpers.current).toBe(15);
  });
});

/** Speeds of 1 to `threads` threads where a part of the work is one thread's alone. */
function partlySerial(threads: number, share: number): number[] {
  return Array.from({ length: threads }, (_, i) => 1 / (share + (1 - share) / (i + 1)));
}

describe.each([12, 16, 24, 32, 48, 64])(
  "of %i threads, whose work is partly one's alone",
  (threads) => {
    it.each([0.02, 0.05, 0.1])("those that were lost come back: a share of %d", (share) => {
      const helpers = new HelperCount(threads - 1);
      const clock = { now: 0 };
      const calm = partlySerial(threads, share);
      const free = 0.4 * threads;
      const busy = calm.map((speed, i) => speed * Math.min(1, free / (i + 1)) ** 2);
      simulate(helpers, clock, 30_000, busy);
      expect(helpers.current).toBeLessThan(threads / 2);
      simulate(helpers, clock, 60_000, calm);
      const { work } = simulate(helpers, clock, 30_000, calm);
      expect(work / 30_000 / calm[threads - 1]).toBeGreaterThan(0.92);
    });
  },
);

/** Numbers in [-1, 1) that look random. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

/**
 * Calls of 5 ms for `ms` on `threads` processors of which `free` are free: threads beyond those put
 * others aside. Every 30 ms another disturbance: a few per cent up or down, sometimes a stall.
 * Returns the share of what the free processors can do, and of the time that all workers helped.
 */
function simulateBusy(
  helpers: HelperCount,
  clock: { now: number },
  { ms, threads, free }: { ms: number; threads: number; free: number },
  random: () => number,
): { speed: number; all: number } {
  const end = clock.now + ms;
  let [work, all, factor, changes] = [0, 0, 1, 0];
  while (clock.now < end) {
    if (clock.now >= changes) {
      changes = clock.now + 30;
      factor = (1 + 0.1 * (random() + random() + random())) * (random() > 0.96 ? 0.5 : 1);
    }
    const count = helpers.current + 1;
    const ideal = count <= free ? count : free * (free / count) ** 1.5;
    clock.now += 5;
    work += 5 * ideal * factor;
    if (helpers.current === threads - 1) all += 5;
    helpers.record(5 * ideal * factor, 5, clock.now);
  }
  return { speed: work / ms / free, all: all / ms };
}

describe.each([2, 3, 4, 5, 8, 9, 10, 11, 12, 16, 24, 32, 48, 64])("of %i threads", (threads) => {
  const shares = [0.25, 0.5, 0.75].map((share) => Math.max(1, Math.round(share * threads)));

  it.each([...new Set([1, ...shares, threads - 1])])(
    "as many help as processors are free, here %i, and all of them soon after the rest is",
    (free) => {
      const random = noise(threads * 100 + free);
      const [helpers, clock] = [new HelperCount(threads - 1), { now: 0 }];
      simulateBusy(helpers, clock, { ms: 30_000, threads, free }, random);
      const busy = simulateBusy(helpers, clock, { ms: 60_000, threads, free }, random);
      expect(busy.speed).toBeGreaterThan(0.8);
      simulateBusy(helpers, clock, { ms: 30_000, threads, free: threads }, random);
      const calm = simulateBusy(helpers, clock, { ms: 30_000, threads, free: threads }, random);
      expect(calm.all).toBeGreaterThan(0.9);
    },
  );
});

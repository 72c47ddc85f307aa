import { expect } from "vitest";

/** Numbers, one or nested. */
type Numbers = number | readonly Numbers[];

/** Asks that numbers are the reference's but for `rounding`, which is relative for those above 1. */
export function closeWithin(rounding: number): (ours: Numbers, theirs: Numbers) => void {
  return (ours, theirs) => {
    const [a, b] = [[ours].flat(3), [theirs].flat(3)] as [number[], number[]];
    expect(a).toHaveLength(b.length);
    a.forEach((value, i) => {
      if (Number.isFinite(b[i])) {
        expect(Math.abs(value - b[i])).toBeLessThanOrEqual(rounding * Math.max(1, Math.abs(b[i])));
      } else {
        expect(value).toBe(b[i]);
      }
    });
  };
}

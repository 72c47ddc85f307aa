/** Every test in the browser also holds that nothing complains on the console. */
import { afterEach, beforeEach, expect, vi } from "vitest";

const complaints: unknown[][] = [];

beforeEach(() => {
  complaints.length = 0;
  for (const level of ["error", "warn"] as const) {
    const print = console[level].bind(console);
    vi.spyOn(console, level).mockImplementation((...args: unknown[]) => {
      complaints.push(args);
      print(...args);
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  expect(complaints).toEqual([]);
});

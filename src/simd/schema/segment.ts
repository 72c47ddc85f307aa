import type { Words } from "./words.ts";

export const SegmentSum = {
  x: "ptr",
  ids: "ptr",
  out: "ptr",
  /** What the sums begin with; zeros where it is not given. */
  base: "ptr",
  rows: "int",
  /** Elements of a row. */
  width: "int",
  segments: "int",
  perTask: "int",
  /** Whether the elements are int32. */
  integer: "int",
  /** Whether a row takes the place of what is there, in place of being added. */
  replaces: "int",
} as const satisfies Words;

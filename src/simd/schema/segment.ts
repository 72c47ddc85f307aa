import type { Words } from "./words.ts";

export const SegmentSum = {
  x: "ptr",
  ids: "ptr",
  out: "ptr",
  rows: "int",
  /** Elements of a row. */
  width: "int",
  segments: "int",
  perTask: "int",
  /** Whether the elements are int32. */
  integer: "int",
} as const satisfies Words;

import type { Words } from "./words.ts";

/** What follows a product before it is stored. */
export const epilogue = {
  bias: "ptr",
  /** 0: none; -1: Prelu; else 1 + the number of an operation of `Unary`. */
  activation: "int",
  /** Of Prelu, one for each channel. */
  slopes: "ptr",
} as const satisfies Words;

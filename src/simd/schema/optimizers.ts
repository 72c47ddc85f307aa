import type { Words } from "./words.ts";

/** `table`: of each block of a variable the addresses of it, its gradient, its state; its length. */
export const AdamUpdate = {
  table: "ptr",
  rate1: "float",
  rate2: "float",
  alpha: "float",
  epsilon: "float",
} as const satisfies Words;

export const SgdUpdate = {
  table: "ptr",
  rate: "float",
  momentum: "float",
  hasVelocity: "int",
  nesterov: "int",
} as const satisfies Words;

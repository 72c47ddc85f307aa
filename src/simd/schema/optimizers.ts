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

/** What TensorFlow.js's own optimizers do; decays of the first and the second state, and 1 - them. */
export const StockUpdate = {
  table: "ptr",
  rule: "int",
  rate: "float",
  decay1: "float",
  rest1: "float",
  decay2: "float",
  rest2: "float",
  epsilon: "float",
  /** Numbers that an optimizer keeps as tensors; see the rules. */
  scalar1: "ptr",
  scalar2: "ptr",
} as const satisfies Words;

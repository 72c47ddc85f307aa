import type { Words } from "./words.ts";

/** Of the rows of one time step of a recurrent layer. */
const step = {
  rows: "int",
  units: "int",
  /** Rows. */
  perTask: "int",
  activation: "int",
  recurrentActivation: "int",
} as const satisfies Words;

export const LstmStep = {
  /** What the input gives to the gates, and what the hidden state gives. */
  z: "ptr",
  inner: "ptr",
  /** The cell's state before and after. */
  before: "ptr",
  c: "ptr",
  gates: "ptr",
  h: "ptr",
  ...step,
} as const satisfies Words;

export const LstmStepGradient = {
  gates: "ptr",
  before: "ptr",
  c: "ptr",
  /** The gradient of the hidden state: from outside, and from the step behind. */
  dh: "ptr",
  inner: "ptr",
  /** The gradient of the cell's state, and of that before. */
  dc: "ptr",
  dbefore: "ptr",
  dz: "ptr",
  ...step,
} as const satisfies Words;

export const GruStep = {
  z: "ptr",
  inner: "ptr",
  before: "ptr",
  gates: "ptr",
  /** The hidden state before times the reset gate. */
  reset: "ptr",
  h: "ptr",
  ...step,
} as const satisfies Words;

export const GruStepGradient = {
  gates: "ptr",
  before: "ptr",
  dh: "ptr",
  inner: "ptr",
  /** What of the gradient of the hidden state goes back without a product, from the step behind and on. */
  carried: "ptr",
  carry: "ptr",
  /** The gradients of the two gates, and of the new state. */
  dgates: "ptr",
  dstate: "ptr",
  ...step,
} as const satisfies Words;

export const RnnStep = { z: "ptr", inner: "ptr", h: "ptr", ...step } as const satisfies Words;

export const RnnStepGradient = {
  h: "ptr",
  dh: "ptr",
  inner: "ptr",
  dz: "ptr",
  ...step,
} as const satisfies Words;

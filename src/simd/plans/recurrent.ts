/**
 * Recurrent layers over whole sequences, from what the inputs give to the gates at each step on. Time
 * goes first: [steps, rows, ...]. The hidden state has one step more, the one before the first.
 */
import { type OPERATIONS, operation } from "../schema/operations.ts";
import { sliceCopy } from "./copy.ts";
import { fill } from "./element-wise.ts";
import { NO_EPILOGUE } from "./epilogue.ts";
import { gemm } from "./gemm.ts";
import type { Place, PlanWriter } from "./plan.ts";

/** Values of one gate that a task computes. */
const BLOCK = 2048;

export type CellActivation = (typeof OPERATIONS.CellActivation)[number];

export interface Sequence {
  readonly steps: number;
  /** Samples. */
  readonly rows: number;
  readonly units: number;
  readonly activation: CellActivation;
  /** Of the gates. */
  readonly recurrentActivation: CellActivation;
}

function stepOf({ rows, units, activation, recurrentActivation }: Sequence) {
  const perTask = Math.max(1, Math.floor(BLOCK / units));
  const words = {
    ...{ rows, units, perTask },
    activation: operation("CellActivation", activation),
    recurrentActivation: operation("CellActivation", recurrentActivation),
  };
  return { tasks: Math.ceil(rows / perTask), words, bytes: 4 * rows * units };
}

/** C = A B for a step's rows; with `transposed`, A B^T. */
function product(
  plan: PlanWriter,
  [rows, k, n]: readonly [number, number, number],
  places: Record<"a" | "b" | "c", Place>,
  transposed = false,
): void {
  const outer = { outerA: [], outerB: [], outer: [] };
  const shape = { m: rows, n, k, transposeA: false, transposeB: transposed, ...outer };
  plan.block(() => {
    gemm(plan, shape, places, NO_EPILOGUE);
  });
}

/** Writes a state at the beginning: zeros where none is given. */
function begin(plan: PlanWriter, state: Place | null, to: Place, length: number): void {
  if (state === null) fill(plan, 4, length, to, 0);
  else sliceCopy(plan, 4, [length], { begin: [0], size: [length] }, { from: state, to });
}

/** An LSTM: the hidden states, the last state of the cell, and for the gradient gates and states before. */
export function lstm(
  plan: PlanWriter,
  sequence: Sequence,
  places: Record<"z" | "kernel" | "h" | "c" | "gates" | "befores", Place> &
    Record<"h0" | "c0", Place | null>,
): void {
  const { steps, rows, units } = sequence;
  const { tasks, words, bytes } = stepOf(sequence);
  const { z, kernel, h0, c0, h, c, gates, befores } = places;
  begin(plan, h0, h, rows * units);
  begin(plan, c0, befores, rows * units);
  const inner = plan.temporary(4 * bytes);
  for (let t = 0; t < steps; t++) {
    const before = h.plus(t * bytes);
    const isZero = t === 0 && h0 === null;
    if (!isZero) product(plan, [rows, units, 4 * units], { a: before, b: kernel, c: inner });
    plan.call("lstm_step_f32", tasks, {
      ...words,
      z: z.plus(4 * t * bytes),
      inner: isZero ? null : inner,
      before: befores.plus(t * bytes),
      c: t === steps - 1 ? c : befores.plus((t + 1) * bytes),
      gates: gates.plus(4 * t * bytes),
      h: before.plus(bytes),
    });
  }
}

/** The gradients of z and of the cell's first state; `dh` has a step less than h. */
export function lstmGradient(
  plan: PlanWriter,
  sequence: Sequence,
  places: Record<"kernel" | "c" | "gates" | "befores" | "dh" | "dc" | "dz" | "dc0", Place>,
): void {
  const { steps, rows, units } = sequence;
  const { tasks, words, bytes } = stepOf(sequence);
  const { kernel, c, gates, befores, dh, dc, dz, dc0 } = places;
  const inner = plan.temporary(bytes);
  for (let t = steps - 1; t >= 0; t--) {
    const isLast = t === steps - 1;
    plan.call("lstm_step_gradient_f32", tasks, {
      ...words,
      gates: gates.plus(4 * t * bytes),
      before: befores.plus(t * bytes),
      c: isLast ? c : befores.plus((t + 1) * bytes),
      dh: dh.plus(t * bytes),
      inner: isLast ? null : inner,
      dc: isLast ? dc : dc0,
      dbefore: dc0,
      dz: dz.plus(4 * t * bytes),
    });
    if (t === 0) return;
    const a = dz.plus(4 * t * bytes);
    product(plan, [rows, 4 * units, units], { a, b: kernel, c: inner }, true);
  }
}

/** A GRU, whose reset gate is before the product: the hidden states, and for the gradient gates and `resets`. */
export function gru(
  plan: PlanWriter,
  sequence: Sequence,
  places: Record<"z" | "kernel" | "stateKernel" | "h" | "gates" | "resets", Place> & {
    h0: Place | null;
  },
): void {
  const { steps, rows, units } = sequence;
  const { tasks, words, bytes } = stepOf(sequence);
  const { kernel, stateKernel, h0, h } = places;
  begin(plan, h0, h, rows * units);
  const inner = plan.temporary(2 * bytes);
  for (let t = 0; t < steps; t++) {
    const before = h.plus(t * bytes);
    const reset = places.resets.plus(t * bytes);
    const [z, gates] = [places.z, places.gates].map((place) => place.plus(3 * t * bytes));
    const isZero = t === 0 && h0 === null;
    const step = {
      ...words,
      ...{ z, before, gates, reset, h: before.plus(bytes), inner: isZero ? null : inner },
    };
    if (!isZero) product(plan, [rows, units, 2 * units], { a: before, b: kernel, c: inner });
    plan.call("gru_gates_f32", tasks, step);
    if (!isZero) product(plan, [rows, units, units], { a: reset, b: stateKernel, c: inner });
    plan.call("gru_state_f32", tasks, step);
  }
}

/** The gradients of both parts of z, and what of that of h0 goes back without a product. */
export function gruGradient(
  plan: PlanWriter,
  sequence: Sequence,
  places: Record<
    "kernel" | "stateKernel" | "h" | "gates" | "dh" | "dgates" | "dstate" | "carry",
    Place
  >,
): void {
  const { steps, rows, units } = sequence;
  const { tasks, words, bytes } = stepOf(sequence);
  const { kernel, stateKernel, h, carry } = places;
  const inner = plan.temporary(bytes);
  for (let t = steps - 1; t >= 0; t--) {
    const isLast = t === steps - 1;
    const dgates = places.dgates.plus(2 * t * bytes);
    const dstate = places.dstate.plus(t * bytes);
    const step = {
      ...words,
      gates: places.gates.plus(3 * t * bytes),
      before: h.plus(t * bytes),
      dh: places.dh.plus(t * bytes),
      ...{ inner, carried: carry, carry, dgates, dstate },
    };
    const fromBehind = isLast ? { inner: null, carried: null } : {};
    plan.call("gru_state_gradient_f32", tasks, { ...step, ...fromBehind });
    product(plan, [rows, units, units], { a: dstate, b: stateKernel, c: inner }, true);
    plan.call("gru_gates_gradient_f32", tasks, step);
    if (t === 0) return;
    product(plan, [rows, 2 * units, units], { a: dgates, b: kernel, c: inner }, true);
  }
}

/** A plain recurrent layer: the hidden states. */
export function rnn(
  plan: PlanWriter,
  sequence: Sequence,
  { z, kernel, h0, h }: Record<"z" | "kernel" | "h", Place> & { h0: Place | null },
): void {
  const { steps, rows, units } = sequence;
  const { tasks, words, bytes } = stepOf(sequence);
  begin(plan, h0, h, rows * units);
  const inner = plan.temporary(bytes);
  for (let t = 0; t < steps; t++) {
    const before = h.plus(t * bytes);
    const isZero = t === 0 && h0 === null;
    if (!isZero) product(plan, [rows, units, units], { a: before, b: kernel, c: inner });
    const step = { z: z.plus(t * bytes), inner: isZero ? null : inner, h: before.plus(bytes) };
    plan.call("rnn_step_f32", tasks, { ...words, ...step });
  }
}

/** The gradient of z. */
export function rnnGradient(
  plan: PlanWriter,
  sequence: Sequence,
  { kernel, h, dh, dz }: Record<"kernel" | "h" | "dh" | "dz", Place>,
): void {
  const { steps, rows, units } = sequence;
  const { tasks, words, bytes } = stepOf(sequence);
  const inner = plan.temporary(bytes);
  for (let t = steps - 1; t >= 0; t--) {
    const a = dz.plus(t * bytes);
    plan.call("rnn_step_gradient_f32", tasks, {
      ...words,
      h: h.plus((t + 1) * bytes),
      dh: dh.plus(t * bytes),
      inner: t === steps - 1 ? null : inner,
      dz: a,
    });
    if (t > 0) product(plan, [rows, units, units], { a, b: kernel, c: inner }, true);
  }
}

/**
 * How an optimizer of this library stands in a file of TensorFlow.js: as one of TensorFlow.js's
 * classes, with the state that this class would have kept, so that a reader without this library
 * makes the same next step. What such a reader has no use for stands where it does not look.
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import { DataError } from "../../errors.ts";
import { type NamedArray, wholeNumber } from "../named-array.ts";

/** One of the tensors that a class of TensorFlow.js keeps for each variable. */
export interface StockSlot {
  /** Its name there. */
  readonly name: string;
  /** Name of the slot of ours that it is a multiple of. */
  readonly own: string;
  /** stock = own * toStock, own = stock * fromStock; default 1. */
  readonly toStock?: number;
  readonly fromStock?: number;
}

/** What the conversion of a state depends on. */
export interface StockForm {
  /** In the order in which the class saves them. */
  readonly slots: readonly StockSlot[];
  /** Steps that make one update. */
  readonly stepsPerUpdate: number;
}

/** Ends the name of a sum of gradients that no update has used yet. */
export const ACCUMULATOR = "gradient_accumulator";
/** How many steps such sums hold. */
const ACCUMULATED_STEPS = "accumulated_steps";

/** More steps than any run makes: at a millisecond each it would be twelve days. */
export const MAX_STEPS = 2 ** 30;

/** The number of steps that a state begins with. */
export function stepsIn(subject: string, iterations: NamedArray | undefined): number {
  const [steps] = iterations?.values ?? [];
  if (iterations?.values.length === 1 && Number.isInteger(steps) && steps >= 0) {
    if (steps <= MAX_STEPS) return steps;
  }
  throw new DataError({
    subject,
    expected: `an optimizer's number of steps, from 0 to ${MAX_STEPS}`,
    got: iterations?.values.length === 1 ? `${steps}` : "none",
    remedy: "the file is damaged or made by hand: go back to an earlier one",
  });
}

/**
 * A state in the form of TensorFlow.js: the number of updates, then each slot for all variables. A
 * class takes its slots for equally many tensors each, of which it uses as many as there are
 * variables: what only we understand is in the first slot's surplus.
 */
export function toStock(
  [iterations, ...state]: readonly NamedArray[],
  { slots, stepsPerUpdate }: StockForm,
): NamedArray[] {
  const accumulated = iterations.values[0] % stepsPerUpdate;
  const updates = (iterations.values[0] - accumulated) / stepsPerUpdate;
  const kept = slots.map(({ own }) => own);
  const groups = slots.map(({ name, own, toStock: factor }) =>
    scaled(slotOf(state, own), own, name, factor),
  );
  const surplus = [
    // A multiple may not come back with the same bits.
    ...slots.flatMap(({ name, own }) => (name === own ? [] : slotOf(state, own))),
    ...state.filter(({ name }) => !kept.some((own) => name.endsWith(`/${own}`))),
    ...(accumulated > 0 ? [wholeNumber(ACCUMULATED_STEPS, accumulated)] : []),
  ];
  const [first = [], ...others] = groups;
  return [
    wholeNumber(iterations.name, updates),
    ...first,
    ...surplus,
    ...others.flatMap((group, i) => [
      ...group,
      ...surplus.map((_, j) => wholeNumber(`unused_${i}_${j}`, 0)),
    ]),
  ];
}

/** The state that {@link toStock} was given; or that of TensorFlow.js's own class, converted. */
export function fromStock(
  subject: string,
  [iterations, ...stock]: readonly NamedArray[],
  { slots, stepsPerUpdate }: StockForm,
): NamedArray[] {
  const updates = stepsIn(subject, iterations);
  const accumulated = stock.find(({ name }) => name === ACCUMULATED_STEPS)?.values[0] ?? 0;
  return [
    wholeNumber(iterations.name, updates * stepsPerUpdate + accumulated),
    ...slots.flatMap(({ name, own, fromStock: factor }) => {
      const kept = slotOf(stock, own);
      return kept.length > 0 ? kept : scaled(slotOf(stock, name), name, own, factor);
    }),
    ...(accumulated > 0 ? slotOf(stock, ACCUMULATOR) : []),
  ];
}

/** Has a tensor disposed by the first call of its `data`: TensorFlow.js's `save` disposes none. */
export function disposedWhenRead(once: Tensor): Tensor {
  const read = once.data.bind(once);
  once.data = async () => {
    // A copy: some backends hand out their own memory.
    const values = (await read()).slice();
    once.dispose();
    return values as never;
  };
  return once;
}

function slotOf(state: readonly NamedArray[], slot: string): NamedArray[] {
  return state.filter(({ name }) => name.endsWith(`/${slot}`));
}

function scaled(
  arrays: readonly NamedArray[],
  from: string,
  to: string,
  factor = 1,
): readonly NamedArray[] {
  if (from === to) return arrays;
  return arrays.map(({ name, shape, values }) => ({
    name: name.slice(0, -from.length) + to,
    shape,
    values: Float32Array.from(values, (value) => value * factor),
  }));
}

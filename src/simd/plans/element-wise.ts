import { type OPERATIONS, operation } from "../schema/operations.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Place, PlanWriter } from "./plan.ts";

/** Elements that one task of an element-wise kernel covers. A multiple of 16. */
const BLOCK = 16384;

/** How `length` elements are cut into tasks. */
function cut(length: number): { length: number; perTask: number } {
  return { length, perTask: BLOCK };
}

/** The number of tasks for so many elements. */
function tasksOf(length: number): number {
  return Math.ceil(length / BLOCK);
}

export type UnaryOperation = (typeof OPERATIONS.Unary)[number];
export type BinaryOperation = (typeof OPERATIONS.Binary)[number];
export type LogicalOperation = (typeof OPERATIONS.Logical)[number];
export type Conversion = (typeof OPERATIONS.Conversion)[number];

/** Whether the output of a binary operation is bool. */
export function isComparison(op: BinaryOperation): boolean {
  return operation("Binary", op) >= operation("Binary", "Equal");
}

/** out = op(x), with up to two parameters. */
export function unary(
  plan: PlanWriter,
  op: UnaryOperation,
  length: number,
  { x, out, p, q }: Record<"x" | "out" | "p" | "q", Place>,
): void {
  const words = { x, out, ...cut(length), op: operation("Unary", op), p, q };
  plan.call("unary_f32", tasksOf(length), words);
}

/** out = op(a, b), broadcast against each other. */
export function binary(
  plan: PlanWriter,
  op: BinaryOperation,
  { length, ...walk }: Broadcast,
  { a, b, out }: Record<"a" | "b" | "out", Place>,
): void {
  const words = { a, b, out, ...cut(length), op: operation("Binary", op), ...walk };
  plan.call("binary_f32", tasksOf(length), words);
}

/** sum += b, of one shape. */
export function addInPlace(
  plan: PlanWriter,
  length: number,
  { sum, b }: Record<"sum" | "b", Place>,
): void {
  const walk = { length, inner: length, advanceA: 1, advanceB: 1, outer: 0, dimensions: [] };
  binary(plan, "Add", walk, { a: sum, b, out: sum });
}

/** out = op(a, b) of bytes that are 0 or 1. */
export function logical(
  plan: PlanWriter,
  op: LogicalOperation,
  length: number,
  { a, b, out }: Record<"a" | "b" | "out", Place>,
): void {
  const words = { a, b, out, ...cut(length), op: operation("Logical", op) };
  plan.call("logical_bool", tasksOf(length), words);
}

/** out = condition ? a : b. */
export function select(
  plan: PlanWriter,
  length: number,
  places: Record<"condition" | "a" | "b" | "out", Place>,
): void {
  plan.call("select_f32", tasksOf(length), { ...places, ...cut(length) });
}

/** Writes the element with these bits everywhere. */
export function fill(
  plan: PlanWriter,
  bytes: 1 | 4,
  length: number,
  out: Place,
  value: number | Place,
): void {
  const kernel = bytes === 4 ? "fill_32" : "fill_8";
  plan.call(kernel, tasksOf(length), { out, ...cut(length), value });
}

/** out = x as another dtype. */
export function cast(
  plan: PlanWriter,
  conversion: Conversion,
  length: number,
  { x, out }: Record<"x" | "out", Place>,
): void {
  const words = { x, out, ...cut(length), conversion: operation("Conversion", conversion) };
  plan.call("cast", tasksOf(length), words);
}

/** y = x where the seed keeps an element, scaled; else 0. */
export function seededDropout(
  plan: PlanWriter,
  length: number,
  places: Record<"x" | "y" | "seed" | "threshold" | "scale", Place>,
): void {
  plan.call("seeded_dropout_f32", tasksOf(length), { ...places, ...cut(length) });
}

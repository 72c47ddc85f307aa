import { type FamilyKernel, KERNEL_FAMILIES, OPERATIONS, operation } from "../schema/operations.ts";
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

type Operation<Family extends keyof typeof OPERATIONS> = (typeof OPERATIONS)[Family][number];
export type UnaryOperation = Operation<"Unary">;
export type UnaryIntOperation = Operation<"UnaryInt">;
export type BinaryOperation = Operation<"Binary">;
export type Predicate = Operation<"Predicate">;
export type Conversion = Operation<"Conversion">;

/** Families of binary operations, by the dtype of their inputs. */
const BINARY = {
  float32: "Binary",
  int32: "BinaryInt",
  bool: "BinaryBool",
} as const;
export type BinaryDtype = keyof typeof BINARY;

/** Whether there is such an operation on inputs of this dtype. */
export function hasBinary(dtype: string, op: string): dtype is BinaryDtype {
  if (!(dtype in BINARY)) return false;
  const names: readonly string[] = OPERATIONS[BINARY[dtype as BinaryDtype]];
  return names.includes(op);
}

/** Whether the output of a binary operation is bool. */
export function givesBool(dtype: BinaryDtype, op: string): boolean {
  const names: readonly string[] = OPERATIONS[BINARY[dtype]];
  return dtype === "bool" || names.indexOf(op) >= names.indexOf("Equal");
}

/** out = op(x), with up to two parameters. */
export function unary(
  plan: PlanWriter,
  op: UnaryOperation,
  length: number,
  { x, out, p, q }: Record<"x" | "out" | "p" | "q", Place>,
): void {
  plan.call(`${op}_f32`, tasksOf(length), { x, out, ...cut(length), p, q });
}

export type ActivationGradient = Operation<"ActivationGradient">;

/** Whether an activation's gradient follows from its output, and whether from its input. */
export function followsFrom(op: ActivationGradient): { output: boolean; input: boolean } {
  const number = operation("ActivationGradient", op);
  return {
    output: number < operation("ActivationGradient", "LeakyRelu"),
    input: number >= operation("ActivationGradient", "Relu"),
  };
}

/** dx = dy times the slope of the activation, which follows from what was `kept`. */
export function activationGradient(
  plan: PlanWriter,
  op: ActivationGradient,
  length: number,
  places: Record<"dy" | "kept" | "dx" | "alpha", Place>,
): void {
  const words = { ...places, ...cut(length), op: operation("ActivationGradient", op) };
  plan.call("activation_gradient_f32", tasksOf(length), words);
}

/** Whether there is such an operation of int32. */
export function hasUnaryInt(op: string): op is UnaryIntOperation {
  return (OPERATIONS.UnaryInt as readonly string[]).includes(op);
}

/** out = op(x) of int32, with up to two parameters. */
export function unaryInt(
  plan: PlanWriter,
  op: UnaryIntOperation,
  length: number,
  { x, out, p, q }: Record<"x" | "out" | "p" | "q", Place>,
): void {
  plan.call(`${op}_i32`, tasksOf(length), { x, out, ...cut(length), p, q });
}

/** Whether each element is NaN, infinite or finite. */
export function predicate(
  plan: PlanWriter,
  op: Predicate,
  length: number,
  { x, out }: Record<"x" | "out", Place>,
): void {
  plan.call(`${op}_f32`, tasksOf(length), { x, out, ...cut(length) });
}

/** out = op(a, b), broadcast against each other. */
export function binary(
  plan: PlanWriter,
  dtype: BinaryDtype,
  op: string,
  { length, ...walk }: Broadcast,
  { a, b, out }: Record<"a" | "b" | "out", Place>,
): void {
  const kernel = `${op}_${KERNEL_FAMILIES[BINARY[dtype]]}` as FamilyKernel<
    (typeof BINARY)[BinaryDtype]
  >;
  plan.call(kernel, tasksOf(length), { a, b, out, ...cut(length), ...walk });
}

/** sum += b, of one shape. */
export function addInPlace(
  plan: PlanWriter,
  dtype: BinaryDtype,
  length: number,
  { sum, b }: Record<"sum" | "b", Place>,
): void {
  const walk = {
    length,
    inner: length,
    periodA: length,
    periodB: length,
    outer: 0,
    dimensions: [],
  };
  binary(plan, dtype, "Add", walk, { a: sum, b, out: sum });
}

/** out = 1 where a byte is 0, else 0. */
export function logicalNot(
  plan: PlanWriter,
  length: number,
  { x, out }: Record<"x" | "out", Place>,
): void {
  const walk = { length, inner: length, periodA: length, periodB: 1, outer: 0, dimensions: [] };
  binary(plan, "bool", "Equal", walk, { a: x, b: plan.table([0]), out });
}

/** out = condition ? a : b. */
export function select(
  plan: PlanWriter,
  length: number,
  places: Record<"condition" | "a" | "b" | "out", Place>,
): void {
  plan.call("select_32", tasksOf(length), { ...places, ...cut(length) });
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
  plan.call(`${conversion}_cast`, tasksOf(length), { x, out, ...cut(length) });
}

/** y = x where the seed keeps an element, scaled; else 0. */
export function seededDropout(
  plan: PlanWriter,
  length: number,
  places: Record<"x" | "y" | "seed" | "threshold" | "scale", Place>,
): void {
  plan.call("seeded_dropout_f32", tasksOf(length), { ...places, ...cut(length) });
}

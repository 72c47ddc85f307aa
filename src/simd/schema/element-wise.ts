import type { Words } from "./words.ts";

export const Unary = {
  x: "ptr",
  out: "ptr",
  length: "int",
  /** A multiple of 4. */
  perTask: "int",
  p: "float",
  q: "float",
} as const satisfies Words;

export const Binary = {
  a: "ptr",
  b: "ptr",
  out: "ptr",
  length: "int",
  perTask: "int",
  inner: "int",
  /** Elements after which a starts anew along a row: `inner` if it advances, 1 if it stays. */
  periodA: "int",
  periodB: "int",
  outer: "int",
  /** Of each outer dimension, innermost first: its size, its strides in a and b in elements. */
  dimensions: "ints",
} as const satisfies Words;

/** The same for int32. */
export const UnaryInt = { ...Unary, p: "int", q: "int" } as const satisfies Words;

export const ActivationGradient = {
  dy: "ptr",
  /** The output or the input, whichever the gradient follows from. */
  kept: "ptr",
  dx: "ptr",
  length: "int",
  perTask: "int",
  op: "int",
  /** Of LeakyRelu. */
  alpha: "float",
} as const satisfies Words;

export const Predicate = {
  x: "ptr",
  out: "ptr",
  length: "int",
  perTask: "int",
} as const satisfies Words;

export const Select = {
  condition: "ptr",
  a: "ptr",
  b: "ptr",
  out: "ptr",
  length: "int",
  perTask: "int",
} as const satisfies Words;

export const Fill = {
  out: "ptr",
  length: "int",
  perTask: "int",
  /** The bits of an element; of bytes, the byte. */
  value: "int",
} as const satisfies Words;

export const Cast = {
  x: "ptr",
  out: "ptr",
  length: "int",
  perTask: "int",
} as const satisfies Words;

export const SeededDropout = {
  x: "ptr",
  y: "ptr",
  length: "int",
  seed: "int",
  threshold: "int",
  scale: "float",
  perTask: "int",
} as const satisfies Words;

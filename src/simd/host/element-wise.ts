import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from "@tensorflow/tfjs-core";
import { util } from "@tensorflow/tfjs-core";
import { defineKernel, type SimdKernel } from "../kernel.ts";
import { floatBits, type SimdBackend } from "./backend.ts";
import { broadcastPlan } from "./broadcast.ts";

/** Elements that one task of an element-wise kernel covers. A multiple of 16. */
export const BLOCK = 16384;

/** The unary operations of assembly/elementwise.ts, in its order. */
const UNARY = [
  ...["Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Step", "Sqrt", "Rsqrt", "Square", "Neg", "Abs"],
  ...["Exp", "Expm1", "Log", "Log1p", "Sigmoid", "Tanh", "Softplus", "Reciprocal", "Floor", "Ceil"],
  ...["Round", "Sign", "ClipByValue"],
];

/** The binary operations of assembly/elementwise.ts, in its order. */
const BINARY = [
  ...["Add", "Sub", "Multiply", "RealDiv", "Maximum", "Minimum", "SquaredDifference", "Prelu"],
  ...["EluGrad", "Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual"],
];
const FIRST_COMPARISON = BINARY.indexOf("Equal");

/** The number of tasks for `length` elements. */
export function blocksOf(length: number): number {
  return Math.ceil(length / BLOCK);
}

/** A kernel that maps every element of float32 `x`; `parameters` reads its attributes. */
export function unaryKernel(
  kernelName: string,
  parameters: (attrs: NamedAttrMap) => readonly number[] = () => [],
): SimdKernel {
  const op = UNARY.indexOf(kernelName);
  return defineKernel<{ x: TensorInfo }, NamedAttrMap>(
    kernelName,
    ({ inputs: { x }, attrs, backend }) => {
      if (x.dtype !== "float32") return null;
      const length = util.sizeFromShape(x.shape);
      const pointer = backend.pointer(x);
      const out = backend.output(x.shape);
      backend.run("unary_f32", blocksOf(length), [
        ...[pointer, backend.pointer(out), length, BLOCK, op],
        ...parameters(attrs).map(floatBits),
      ]);
      return out;
    },
  );
}

/** A kernel on two float32 inputs with broadcasting; comparisons give bool. */
export function binaryKernel(
  kernelName: string,
  [nameA, nameB]: readonly [string, string] = ["a", "b"],
): SimdKernel {
  return defineKernel<NamedTensorInfoMap>(kernelName, ({ inputs, backend }) => {
    const a = inputs[nameA];
    const b = inputs[nameB];
    if (a.dtype !== "float32" || b.dtype !== "float32") return null;
    return binary(backend, kernelName, a, b);
  });
}

/** `op(a, b)` of float32 tensors, broadcast against each other; null where that is too intricate. */
export function binary(
  backend: SimdBackend,
  op: string,
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo | null {
  const code = BINARY.indexOf(op);
  const plan = broadcastPlan(a.shape, b.shape);
  if (plan === null) return null;
  const pointers = [backend.pointer(a), backend.pointer(b)];
  const out = backend.output(plan.shape, code >= FIRST_COMPARISON ? "bool" : "float32");
  const length = util.sizeFromShape(plan.shape);
  backend.run("binary_f32", blocksOf(length), [
    ...[...pointers, backend.pointer(out), length, BLOCK, code],
    ...plan.words,
  ]);
  return out;
}

/** Adds float32 `b` to `sum`, of the same shape, in place. */
export function addInPlace(backend: SimdBackend, sum: TensorInfo, b: TensorInfo): void {
  const length = util.sizeFromShape(sum.shape);
  const pointer = backend.pointer(sum);
  const words = [pointer, backend.pointer(b), pointer, length, BLOCK, BINARY.indexOf("Add")];
  backend.run("binary_f32", blocksOf(length), [...words, length, 1, 1, 0]);
}

/** A kernel on bool inputs of one shape, by its number in assembly/elementwise.ts. */
export function logicalKernel(kernelName: "LogicalAnd" | "LogicalOr" | "LogicalNot"): SimdKernel {
  const op = ["LogicalAnd", "LogicalOr", "LogicalNot"].indexOf(kernelName);
  return defineKernel<NamedTensorInfoMap>(kernelName, ({ inputs, backend }) => {
    const a = inputs.a ?? inputs.x;
    const b = inputs.b ?? a;
    if (a.dtype !== "bool" || b.dtype !== "bool") return null;
    if (!util.arraysEqual(a.shape, b.shape)) return null;
    const pointers = [backend.pointer(a), backend.pointer(b)];
    const out = backend.output(a.shape, "bool");
    const length = util.sizeFromShape(a.shape);
    backend.run("logical_bool", blocksOf(length), [
      ...[...pointers, backend.pointer(out), length, BLOCK, op],
    ]);
    return out;
  });
}

/** Writes `value` into all elements of a float32 tensor. */
export function fill(backend: SimdBackend, out: TensorInfo, value: number): void {
  const length = util.sizeFromShape(out.shape);
  backend.run("fill_f32", blocksOf(length), [
    ...[backend.pointer(out), length, BLOCK, floatBits(value)],
  ]);
}

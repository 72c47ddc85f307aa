import {
  Add,
  AddN,
  broadcast_util,
  EluGrad,
  Equal,
  FloorDiv,
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
  LogicalAnd,
  LogicalOr,
  LogicalXor,
  Maximum,
  Minimum,
  Mod,
  Multiply,
  type NamedTensorInfoMap,
  NotEqual,
  Pow,
  Prelu,
  RealDiv,
  SquaredDifference,
  Sub,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import { broadcast, MAXIMUM_RANK } from "../../plans/broadcast.ts";
import { addInPlace, binary, givesBool, hasBinary } from "../../plans/element-wise.ts";
import type { SimdBackend } from "../backend.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

/** A kernel on two inputs of one dtype with broadcasting. */
function binaryKernel(
  kernelName: string,
  [nameA, nameB]: readonly [string, string] = ["a", "b"],
): SimdKernel {
  return defineKernel<NamedTensorInfoMap>(kernelName, ({ inputs, backend }) =>
    applied(backend, kernelName, inputs[nameA], inputs[nameB]),
  );
}

/** `op(a, b)`, broadcast against each other; null where the cpu backend's kernel must do it. */
function applied(
  backend: SimdBackend,
  op: string,
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo | null {
  const { dtype } = a;
  if (b.dtype !== dtype || !hasBinary(dtype, op)) return null;
  const shape = broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  if (shape.length > MAXIMUM_RANK) return null;
  const pointers = { a: backend.pointer(a), b: backend.pointer(b) };
  const out = backend.output(shape, givesBool(dtype, op) ? "bool" : dtype);
  backend.run(
    [op, dtype, a.shape, b.shape],
    { ...pointers, out: backend.pointer(out) },
    (plan, places) => {
      binary(plan, dtype, op, broadcast(shape, a.shape, b.shape), places);
    },
  );
  return out;
}

const addN = defineKernel<TensorInfo[]>(AddN, ({ inputs: [first, ...others], backend }) => {
  const { dtype } = first;
  if (dtype === "bool" || !hasBinary(dtype, Add)) return null;
  if (others.some((other) => other.dtype !== dtype)) return null;
  if (others.some(({ shape }) => !util.arraysEqual(shape, first.shape))) return null;
  const [second, ...rest] = others;
  if (second === undefined) return backend.share(first);
  const sum = applied(backend, Add, first, second);
  if (sum === null) return null;
  const length = util.sizeFromShape(sum.shape);
  for (const tensor of rest) {
    backend.run(
      ["AddN", dtype, length],
      { sum: backend.pointer(sum), b: backend.pointer(tensor) },
      (plan, places) => {
        addInPlace(plan, dtype, length, places);
      },
    );
  }
  return sum;
});

export const binaryKernels: readonly SimdKernel[] = [
  addN,
  ...[Add, Sub, Multiply, RealDiv, Maximum, Minimum, SquaredDifference].map((name) =>
    binaryKernel(name),
  ),
  ...[FloorDiv, Mod, Pow, LogicalAnd, LogicalOr, LogicalXor].map((name) => binaryKernel(name)),
  ...[Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual].map((name) => binaryKernel(name)),
  binaryKernel(EluGrad, ["dy", "y"]),
  binaryKernel(Prelu, ["x", "alpha"]),
];

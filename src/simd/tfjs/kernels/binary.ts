import {
  Add,
  AddN,
  broadcast_util,
  EluGrad,
  Equal,
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
  Maximum,
  Minimum,
  Multiply,
  type NamedTensorInfoMap,
  NotEqual,
  Prelu,
  RealDiv,
  SquaredDifference,
  Sub,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import { broadcast } from "../../plans/broadcast.ts";
import {
  addInPlace,
  binary,
  type BinaryOperation,
  isComparison,
} from "../../plans/element-wise.ts";
import type { SimdBackend } from "../backend.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

/** A kernel on two float32 inputs with broadcasting; comparisons give bool. */
function binaryKernel(
  kernelName: BinaryOperation,
  [nameA, nameB]: readonly [string, string] = ["a", "b"],
): SimdKernel {
  return defineKernel<NamedTensorInfoMap>(kernelName, ({ inputs, backend }) => {
    const a = inputs[nameA];
    const b = inputs[nameB];
    if (a.dtype !== "float32" || b.dtype !== "float32") return null;
    return apply(backend, kernelName, a, b);
  });
}

/** `op(a, b)` of float32 tensors, broadcast against each other; null where that is too intricate. */
function apply(
  backend: SimdBackend,
  op: BinaryOperation,
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo | null {
  const shape = broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const walk = broadcast(shape, a.shape, b.shape);
  if (walk === null) return null;
  const pointers = { a: backend.pointer(a), b: backend.pointer(b) };
  const out = backend.output(shape, isComparison(op) ? "bool" : "float32");
  backend.run(
    `${op}|${a.shape.join()}|${b.shape.join()}`,
    { ...pointers, out: backend.pointer(out) },
    (plan, places) => {
      binary(plan, op, walk, places);
    },
  );
  return out;
}

const addN = defineKernel<TensorInfo[]>(AddN, ({ inputs: [first, ...others], backend }) => {
  if ([first, ...others].some(({ dtype }) => dtype !== "float32")) return null;
  if (others.some(({ shape }) => !util.arraysEqual(shape, first.shape))) return null;
  const [second, ...rest] = others;
  if (second === undefined) return backend.share(first);
  const sum = apply(backend, Add, first, second);
  if (sum === null) return null;
  const length = util.sizeFromShape(sum.shape);
  for (const tensor of rest) {
    backend.run(
      `AddN|${length}`,
      { sum: backend.pointer(sum), b: backend.pointer(tensor) },
      (plan, places) => {
        addInPlace(plan, length, places);
      },
    );
  }
  return sum;
});

export const binaryKernels: readonly SimdKernel[] = [
  addN,
  ...([Add, Sub, Multiply, RealDiv, Maximum, Minimum, SquaredDifference] as const).map((name) =>
    binaryKernel(name),
  ),
  ...([Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual] as const).map((name) =>
    binaryKernel(name),
  ),
  binaryKernel(EluGrad, ["dy", "y"]),
  binaryKernel(Prelu, ["x", "alpha"]),
];

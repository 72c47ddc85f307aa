import {
  Add,
  AddN,
  broadcast_util,
  type DataType,
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
import {
  addInPlace,
  binary,
  type BinaryDtype,
  givesBool,
  hasBinary,
} from "../../plans/element-wise.ts";
import { memoized } from "../../runtime/key-table.ts";
import type { SimdBackend } from "../backend.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

/** The shape of what comes of two shapes, and how they are walked; null of too many dimensions. */
const broadcasting = memoized((a: readonly number[], b: readonly number[]) => {
  const shape = broadcast_util.assertAndGetBroadcastShape([...a], [...b]);
  return { shape, walk: shape.length > MAXIMUM_RANK ? null : broadcast(shape, a, b) };
});

/** A kernel on two inputs of one dtype with broadcasting. */
function binaryKernel(
  kernelName: string,
  [nameA, nameB]: readonly [string, string] = ["a", "b"],
): SimdKernel {
  const operation = operationOf(kernelName);
  return defineKernel<NamedTensorInfoMap>(kernelName, ({ inputs, backend }) =>
    applied(backend, operation, inputs[nameA], inputs[nameB]),
  );
}

interface Operation {
  readonly op: string;
  /** The dtype of its output by that of its inputs; none of what the cpu backend's kernel must do. */
  readonly dtypes: Partial<Record<DataType, DataType>>;
}

function operationOf(op: string): Operation {
  const dtypes: Partial<Record<DataType, DataType>> = {};
  for (const dtype of ["float32", "int32", "bool"] as const) {
    if (hasBinary(dtype, op)) dtypes[dtype] = givesBool(dtype, op) ? "bool" : dtype;
  }
  return { op, dtypes };
}

/** `op(a, b)`, broadcast against each other; null where the cpu backend's kernel must do it. */
function applied(
  backend: SimdBackend,
  { op, dtypes }: Operation,
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo | null {
  const dtype = a.dtype as BinaryDtype;
  const outDtype = dtypes[dtype];
  if (b.dtype !== dtype || outDtype === undefined) return null;
  const together = broadcasting(a.shape, b.shape);
  const { shape, walk } = together;
  if (walk === null) return null;
  const pointerA = backend.pointer(a);
  const pointerB = backend.pointer(b);
  const out = backend.output(shape, outDtype);
  backend.run(
    [op, dtype, together],
    { a: pointerA, b: pointerB, out: backend.pointer(out) },
    (plan, places) => {
      binary(plan, dtype, op, walk, places);
    },
  );
  return out;
}

const addition = operationOf(Add);

const addN = defineKernel<TensorInfo[]>(AddN, ({ inputs: [first, ...others], backend }) => {
  const dtype = first.dtype as BinaryDtype;
  if (dtype === "bool" || addition.dtypes[dtype] === undefined) return null;
  if (others.some((other) => other.dtype !== dtype)) return null;
  if (others.some(({ shape }) => !util.arraysEqual(shape, first.shape))) return null;
  const [second, ...rest] = others;
  if (second === undefined) return backend.share(first);
  const sum = applied(backend, addition, first, second);
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

import {
  Abs,
  backend_util,
  Ceil,
  ClipByValue,
  Elu,
  Erf,
  Exp,
  Expm1,
  Floor,
  LeakyRelu,
  Log,
  Log1p,
  type NamedAttrMap,
  Neg,
  Reciprocal,
  Relu,
  Relu6,
  Round,
  Rsqrt,
  Selu,
  Sigmoid,
  Sign,
  Softplus,
  Sqrt,
  Square,
  Step,
  Tanh,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import { hasUnaryInt, unary, unaryInt, type UnaryOperation } from "../../plans/element-wise.ts";
import { bitsOf } from "./fill.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

const NONE: readonly number[] = [];

/** A kernel that maps every element of float32 or int32 `x`; `parameters` reads its attributes. */
function unaryKernel(
  kernelName: UnaryOperation,
  parameters: (attrs: NamedAttrMap) => readonly number[] = () => NONE,
): SimdKernel {
  return defineKernel<{ x: TensorInfo }, NamedAttrMap>(
    kernelName,
    ({ inputs: { x }, attrs, backend }) => {
      const { dtype } = x;
      const ofInts = dtype === "int32" && hasUnaryInt(kernelName);
      const values = parameters(attrs);
      if (!(dtype === "float32" || (ofInts && values.every(Number.isInteger)))) return null;
      const length = util.sizeFromShape(x.shape);
      const p = values.length > 0 ? bitsOf(dtype, values[0]) : 0;
      const q = values.length > 1 ? bitsOf(dtype, values[1]) : 0;
      const from = backend.pointer(x);
      const out = backend.output(x.shape, dtype);
      backend.run(
        [kernelName, dtype, length],
        { x: from, out: backend.pointer(out), p, q },
        (plan, places) => {
          if (ofInts) unaryInt(plan, kernelName, length, places);
          else unary(plan, kernelName, length, places);
        },
      );
      return out;
    },
  );
}

const { SELU_SCALE, SELU_SCALEALPHA } = backend_util;

export const unaryKernels: readonly SimdKernel[] = [
  ...(
    [Abs, Ceil, Elu, Erf, Exp, Expm1, Floor, Log, Log1p, Neg, Reciprocal, Relu, Relu6] as const
  ).map((name) => unaryKernel(name)),
  ...([Round, Rsqrt, Sigmoid, Sign, Softplus, Sqrt, Square, Tanh] as const).map((name) =>
    unaryKernel(name),
  ),
  unaryKernel(ClipByValue, ({ clipValueMin, clipValueMax }) => [
    clipValueMin as number,
    clipValueMax as number,
  ]),
  unaryKernel(LeakyRelu, ({ alpha }) => [alpha as number]),
  unaryKernel(Selu, () => [SELU_SCALE, SELU_SCALEALPHA]),
  unaryKernel(Step, ({ alpha }) => [alpha as number]),
];

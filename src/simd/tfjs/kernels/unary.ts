import {
  Abs,
  backend_util,
  Ceil,
  ClipByValue,
  Elu,
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
import { unary, type UnaryOperation } from "../../plans/element-wise.ts";
import { floatBits } from "../../plans/plan.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

/** A kernel that maps every element of float32 `x`; `parameters` reads its attributes. */
function unaryKernel(
  kernelName: UnaryOperation,
  parameters: (attrs: NamedAttrMap) => readonly number[] = () => [],
): SimdKernel {
  return defineKernel<{ x: TensorInfo }, NamedAttrMap>(
    kernelName,
    ({ inputs: { x }, attrs, backend }) => {
      if (x.dtype !== "float32") return null;
      const length = util.sizeFromShape(x.shape);
      const [p = 0, q = 0] = parameters(attrs).map(floatBits);
      const from = backend.pointer(x);
      const out = backend.output(x.shape);
      backend.run(
        `${kernelName}|${length}`,
        { x: from, out: backend.pointer(out), p, q },
        (plan, places) => {
          unary(plan, kernelName, length, places);
        },
      );
      return out;
    },
  );
}

const { SELU_SCALE, SELU_SCALEALPHA } = backend_util;

export const unaryKernels: readonly SimdKernel[] = [
  ...([Abs, Ceil, Elu, Exp, Expm1, Floor, Log, Log1p, Neg, Reciprocal, Relu, Relu6] as const).map(
    (name) => unaryKernel(name),
  ),
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

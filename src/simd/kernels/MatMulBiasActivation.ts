import {
  BatchMatMul,
  engine,
  type GradConfig,
  type Tensor,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { matMul } from "../host/gemm.ts";
import { defineKernel } from "../kernel.ts";
import { BiasActivationGrad } from "./BiasActivationGrad.ts";

const MatMulBiasActivation = "MatMulBiasActivation";

interface Inputs {
  x: TensorInfo;
  kernel: TensorInfo;
  bias?: TensorInfo;
}

interface Attrs {
  readonly activation: "linear" | "relu";
}

/** activation(x kernel + bias) in one pass. */
export const matMulBiasActivation = defineKernel<Inputs, Attrs>(
  MatMulBiasActivation,
  ({ inputs: { x, kernel, bias }, attrs: { activation }, backend }) => {
    if ([x, kernel, bias].some((tensor) => tensor && tensor.dtype !== "float32")) return null;
    return matMul(backend, { a: x, b: kernel, bias, relu: activation === "relu" });
  },
);

export const matMulBiasActivationGradient: GradConfig = {
  kernelName: MatMulBiasActivation,
  inputsToSave: ["x", "kernel"],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const [x, kernel, y] = saved;
    const { activation } = attrs as unknown as Attrs;
    const [dproduct, dbias] = engine().runKernel(
      BiasActivationGrad,
      activation === "relu" ? { dy: dy as Tensor, y } : { dy: dy as Tensor },
    ) as unknown as Tensor[];
    const product = (a: Tensor, b: Tensor, transposeA: boolean): Tensor =>
      engine().runKernel(BatchMatMul, { a, b }, { transposeA, transposeB: !transposeA });
    return {
      x: () => product(dproduct, kernel, false),
      kernel: () => product(x, dproduct, true),
      bias: () => dbias,
    };
  },
};

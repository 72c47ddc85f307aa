import { _FusedMatMul, type _FusedMatMulAttrs, type TensorInfo } from "@tensorflow/tfjs-core";
import { applyEpilogue, insideProduct } from "../host/fused-epilogue.ts";
import { matMul } from "../host/gemm.ts";
import { defineKernel } from "../kernel.ts";

interface Inputs {
  a: TensorInfo;
  b: TensorInfo;
  bias?: TensorInfo;
  preluActivationWeights?: TensorInfo;
}

export const fusedMatMul = defineKernel<Inputs, _FusedMatMulAttrs>(
  _FusedMatMul,
  ({ inputs, attrs, backend }) => {
    const { a, b } = inputs;
    if (a.dtype !== "float32" || b.dtype !== "float32") return null;
    const { transposeA, transposeB } = attrs;
    const epilogue = { ...attrs, ...inputs };
    const done = insideProduct(epilogue, b.shape.at(transposeB ? -2 : -1) ?? 0);
    const { bias, relu } = done;
    const product = matMul(backend, { a, b, transposeA, transposeB, bias, relu });
    return applyEpilogue(backend, product, epilogue, done);
  },
);

import { BatchMatMul, type BatchMatMulAttrs, type BatchMatMulInputs } from "@tensorflow/tfjs-core";
import { matMul } from "../host/gemm.ts";
import { defineKernel } from "../kernel.ts";

export const batchMatMul = defineKernel<BatchMatMulInputs, BatchMatMulAttrs>(
  BatchMatMul,
  ({ inputs: { a, b }, attrs, backend }) => {
    if (a.dtype !== "float32" || b.dtype !== "float32") return null;
    return matMul(backend, { a, b, ...attrs });
  },
);

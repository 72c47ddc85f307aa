import { Transpose, type TransposeAttrs, type TransposeInputs } from "@tensorflow/tfjs-core";
import { transpose as transposeTensor } from "../host/transpose.ts";
import { defineKernel } from "../kernel.ts";

export const transpose = defineKernel<TransposeInputs, TransposeAttrs>(
  Transpose,
  ({ inputs: { x }, attrs: { perm }, backend }) =>
    x.dtype === "float32" ? transposeTensor(backend, x, perm) : null,
);

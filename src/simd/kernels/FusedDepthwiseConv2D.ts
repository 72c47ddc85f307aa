import {
  FusedDepthwiseConv2D,
  type FusedDepthwiseConv2DAttrs,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { depthwiseConv2D } from "../host/conv-depthwise.ts";
import { convShape } from "../host/conv-shape.ts";
import { applyEpilogue, insideProduct } from "../host/fused-epilogue.ts";
import { defineKernel } from "../kernel.ts";

interface Inputs {
  x: TensorInfo;
  filter: TensorInfo;
  bias?: TensorInfo;
  preluActivationWeights?: TensorInfo;
}

export const fusedDepthwiseConv2D = defineKernel<Inputs, FusedDepthwiseConv2DAttrs>(
  FusedDepthwiseConv2D,
  ({ inputs, attrs, backend }) => {
    const { x, filter } = inputs;
    if (x.dtype !== "float32" || filter.dtype !== "float32") return null;
    const shape = convShape(x.shape, filter.shape, attrs, true);
    if (shape === null) return null;
    const epilogue = { ...attrs, ...inputs };
    const done = insideProduct(epilogue, shape.outChannels);
    const y = depthwiseConv2D(backend, shape, { x, filter, bias: done.bias, relu: done.relu });
    return applyEpilogue(backend, y, epilogue, done);
  },
);

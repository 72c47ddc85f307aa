import { FusedConv2D, type FusedConv2DAttrs, type TensorInfo } from "@tensorflow/tfjs-core";
import { conv2D, fitsConv } from "../host/conv.ts";
import { convShape } from "../host/conv-shape.ts";
import { applyEpilogue, insideProduct } from "../host/fused-epilogue.ts";
import { defineKernel } from "../kernel.ts";

interface Inputs {
  x: TensorInfo;
  filter: TensorInfo;
  bias?: TensorInfo;
  preluActivationWeights?: TensorInfo;
}

export const fusedConv2D = defineKernel<Inputs, FusedConv2DAttrs>(
  FusedConv2D,
  ({ inputs, attrs, backend }) => {
    const { x, filter } = inputs;
    if (x.dtype !== "float32" || filter.dtype !== "float32") return null;
    const shape = convShape(x.shape, filter.shape, attrs);
    if (shape === null || !fitsConv(shape)) return null;
    const epilogue = { ...attrs, ...inputs };
    const done = insideProduct(epilogue, shape.outChannels);
    const y = conv2D(backend, shape, { x, filter, bias: done.bias, relu: done.relu });
    return applyEpilogue(backend, y, epilogue, done);
  },
);

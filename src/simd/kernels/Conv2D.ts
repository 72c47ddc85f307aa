import { Conv2D, type Conv2DAttrs, type Conv2DInputs } from "@tensorflow/tfjs-core";
import { conv2D, fitsConv } from "../host/conv.ts";
import { convShape } from "../host/conv-shape.ts";
import { defineKernel } from "../kernel.ts";

export const conv2DKernel = defineKernel<Conv2DInputs, Conv2DAttrs>(
  Conv2D,
  ({ inputs: { x, filter }, attrs, backend }) => {
    if (x.dtype !== "float32" || filter.dtype !== "float32") return null;
    const shape = convShape(x.shape, filter.shape, attrs);
    if (shape === null || !fitsConv(shape)) return null;
    return conv2D(backend, shape, { x, filter });
  },
);

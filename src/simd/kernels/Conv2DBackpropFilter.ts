import {
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropFilterInputs,
} from "@tensorflow/tfjs-core";
import { conv2DFilterGradient, fitsConv } from "../host/conv.ts";
import { convShape, isGradient } from "../host/conv-shape.ts";
import { defineKernel } from "../kernel.ts";

export const conv2DBackpropFilter = defineKernel<
  Conv2DBackpropFilterInputs,
  Conv2DBackpropFilterAttrs
>(Conv2DBackpropFilter, ({ inputs: { x, dy }, attrs, backend }) => {
  if (x.dtype !== "float32" || dy.dtype !== "float32") return null;
  const shape = convShape(x.shape, attrs.filterShape, attrs);
  if (shape === null || !isGradient(shape, dy) || !fitsConv(shape)) return null;
  return conv2DFilterGradient(backend, shape, x, dy);
});

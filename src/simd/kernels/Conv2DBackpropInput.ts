import {
  Conv2DBackpropInput,
  type Conv2DBackpropInputAttrs,
  type Conv2DBackpropInputInputs,
} from "@tensorflow/tfjs-core";
import { conv2DInputGradient, fitsConv } from "../host/conv.ts";
import { convShape, isGradient } from "../host/conv-shape.ts";
import { defineKernel } from "../kernel.ts";

export const conv2DBackpropInput = defineKernel<
  Conv2DBackpropInputInputs,
  Conv2DBackpropInputAttrs
>(Conv2DBackpropInput, ({ inputs: { dy, filter }, attrs, backend }) => {
  if (dy.dtype !== "float32" || filter.dtype !== "float32") return null;
  const shape = convShape(attrs.inputShape, filter.shape, attrs);
  if (shape === null || !isGradient(shape, dy) || !fitsConv(shape)) return null;
  return conv2DInputGradient(backend, shape, dy, filter);
});

import {
  DepthwiseConv2dNativeBackpropInput,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  type DepthwiseConv2dNativeBackpropInputInputs,
} from "@tensorflow/tfjs-core";
import { depthwiseInputGradient } from "../host/conv-depthwise.ts";
import { convShape, isGradient } from "../host/conv-shape.ts";
import { defineKernel } from "../kernel.ts";

export const depthwiseConv2dNativeBackpropInput = defineKernel<
  DepthwiseConv2dNativeBackpropInputInputs,
  DepthwiseConv2dNativeBackpropInputAttrs
>(DepthwiseConv2dNativeBackpropInput, ({ inputs: { dy, filter }, attrs, backend }) => {
  if (dy.dtype !== "float32" || filter.dtype !== "float32") return null;
  const shape = convShape(attrs.inputShape, filter.shape, attrs, true);
  if (shape === null || !isGradient(shape, dy)) return null;
  return depthwiseInputGradient(backend, shape, dy, filter);
});

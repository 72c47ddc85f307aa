import {
  DepthwiseConv2dNativeBackpropFilter,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  type DepthwiseConv2dNativeBackpropFilterInputs,
} from "@tensorflow/tfjs-core";
import { depthwiseFilterGradient } from "../host/conv-depthwise.ts";
import { convShape, isGradient } from "../host/conv-shape.ts";
import { defineKernel } from "../kernel.ts";

export const depthwiseConv2dNativeBackpropFilter = defineKernel<
  DepthwiseConv2dNativeBackpropFilterInputs,
  DepthwiseConv2dNativeBackpropFilterAttrs
>(DepthwiseConv2dNativeBackpropFilter, ({ inputs: { x, dy }, attrs, backend }) => {
  if (x.dtype !== "float32" || dy.dtype !== "float32") return null;
  const shape = convShape(x.shape, attrs.filterShape, attrs, true);
  if (shape === null || !isGradient(shape, dy)) return null;
  return depthwiseFilterGradient(backend, shape, x, dy);
});

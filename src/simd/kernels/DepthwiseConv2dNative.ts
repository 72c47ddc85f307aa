import {
  DepthwiseConv2dNative,
  type DepthwiseConv2dNativeAttrs,
  type DepthwiseConv2dNativeInputs,
} from "@tensorflow/tfjs-core";
import { depthwiseConv2D } from "../host/conv-depthwise.ts";
import { convShape } from "../host/conv-shape.ts";
import { defineKernel } from "../kernel.ts";

export const depthwiseConv2dNative = defineKernel<
  DepthwiseConv2dNativeInputs,
  DepthwiseConv2dNativeAttrs
>(DepthwiseConv2dNative, ({ inputs: { x, filter }, attrs, backend }) => {
  if (x.dtype !== "float32" || filter.dtype !== "float32") return null;
  const shape = convShape(x.shape, filter.shape, attrs, true);
  return shape && depthwiseConv2D(backend, shape, { x, filter });
});

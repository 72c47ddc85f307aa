import {
  DepthwiseConv2dNative,
  type DepthwiseConv2dNativeAttrs,
  DepthwiseConv2dNativeBackpropFilter,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  type DepthwiseConv2dNativeBackpropFilterInputs,
  DepthwiseConv2dNativeBackpropInput,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  type DepthwiseConv2dNativeBackpropInputInputs,
  type DepthwiseConv2dNativeInputs,
  FusedDepthwiseConv2D,
  type FusedDepthwiseConv2DAttrs,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import {
  depthwiseConv2D,
  depthwiseFilterGradient,
  depthwiseInputGradient,
} from "../../plans/conv-depthwise.ts";
import { LINEAR } from "../../plans/epilogue.ts";
import { convShape, isGradient } from "../conv-shape.ts";
import {
  type ConvolutionInputs,
  convolved,
  filterGradient,
  fusedConvolution,
  inputGradient,
} from "../convolved.ts";
import { epilogueOf } from "../epilogue.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

const convolution = { kernelName: DepthwiseConv2dNative, write: depthwiseConv2D } as const;
const dxPlan = {
  kernelName: DepthwiseConv2dNativeBackpropInput,
  write: depthwiseInputGradient,
} as const;
const dfilterPlan = {
  kernelName: DepthwiseConv2dNativeBackpropFilter,
  write: depthwiseFilterGradient,
} as const;

const depthwise = defineKernel<DepthwiseConv2dNativeInputs, DepthwiseConv2dNativeAttrs>(
  DepthwiseConv2dNative,
  ({ inputs: { x, filter }, attrs, backend }) => {
    if (x.dtype !== "float32" || filter.dtype !== "float32") return null;
    const shape = convShape(x.shape, filter.shape, attrs, true);
    return shape && convolved(backend, convolution, shape, { x, filter }, { activation: LINEAR });
  },
);

const inputGradientKernel = defineKernel<
  DepthwiseConv2dNativeBackpropInputInputs,
  DepthwiseConv2dNativeBackpropInputAttrs
>(DepthwiseConv2dNativeBackpropInput, ({ inputs: { dy, filter }, attrs, backend }) => {
  if (dy.dtype !== "float32" || filter.dtype !== "float32") return null;
  const shape = convShape(attrs.inputShape, filter.shape, attrs, true);
  if (shape === null || !isGradient(shape, dy)) return null;
  return inputGradient(backend, dxPlan, shape, { dy, filter }, attrs.inputShape);
});

const filterGradientKernel = defineKernel<
  DepthwiseConv2dNativeBackpropFilterInputs,
  DepthwiseConv2dNativeBackpropFilterAttrs
>(DepthwiseConv2dNativeBackpropFilter, ({ inputs: { x, dy }, attrs, backend }) => {
  if (x.dtype !== "float32" || dy.dtype !== "float32") return null;
  const shape = convShape(x.shape, attrs.filterShape, attrs, true);
  if (shape === null || !isGradient(shape, dy)) return null;
  return filterGradient(backend, dfilterPlan, shape, { x, dy }, attrs.filterShape);
});

const fused = defineKernel<
  ConvolutionInputs & { preluActivationWeights?: TensorInfo },
  FusedDepthwiseConv2DAttrs
>(FusedDepthwiseConv2D, ({ inputs, attrs, backend }) => {
  const { x, filter } = inputs;
  if (x.dtype !== "float32" || filter.dtype !== "float32") return null;
  const shape = convShape(x.shape, filter.shape, attrs, true);
  if (shape === null) return null;
  return fusedConvolution(backend, convolution, shape, inputs, epilogueOf(inputs, attrs));
});

export const depthwiseKernels: readonly SimdKernel[] = [
  ...[depthwise, inputGradientKernel, filterGradientKernel, fused],
];

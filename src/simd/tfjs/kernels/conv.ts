import {
  Conv2D,
  type Conv2DAttrs,
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropFilterInputs,
  Conv2DBackpropInput,
  type Conv2DBackpropInputAttrs,
  type Conv2DBackpropInputInputs,
  type Conv2DInputs,
  engine,
  FusedConv2D,
  type FusedConv2DAttrs,
  type GradConfig,
  type NamedAttrMap,
  type TensorInfo,
  Transpose,
} from "@tensorflow/tfjs-core";
import {
  conv2D as convPlan,
  conv2DFilterGradient,
  conv2DInputGradient,
  fitsConv,
} from "../../plans/conv.ts";
import { LINEAR } from "../../plans/epilogue.ts";
import { type ActivationAttrs, activatedProduct } from "../activation.ts";
import type { SimdBackend } from "../backend.ts";
import { compose } from "../compose.ts";
import { type ConvAttrs, convShape, isGradient } from "../conv-shape.ts";
import {
  type ConvolutionInputs,
  convolved,
  filterGradient,
  fusedConvolution,
  inputGradient,
} from "../convolved.ts";
import { epilogueOf } from "../epilogue.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";
import { throughEpilogue } from "./batch-norm.ts";

const convolution = { kernelName: Conv2D, write: convPlan } as const;
const dxPlan = { kernelName: Conv2DBackpropInput, write: conv2DInputGradient } as const;
const dfilterPlan = { kernelName: Conv2DBackpropFilter, write: conv2DFilterGradient } as const;

/** Orders of dimensions: channels last, channels first. */
const LAST = { perm: [0, 2, 3, 1] };
const FIRST = { perm: [0, 3, 1, 2] };

/** A kernel on images whose channels come first, by the one whose channels come last. */
function channelsFirst(
  backend: SimdBackend,
  kernelName: string,
  images: Record<string, TensorInfo>,
  others: Record<string, TensorInfo>,
  attrs: object,
): TensorInfo {
  return compose(backend, ({ run }) => {
    const turned = Object.entries(images).map(([name, x]) => [name, run(Transpose, { x }, LAST)]);
    const inputs = { ...others, ...(Object.fromEntries(turned) as Record<string, TensorInfo>) };
    // Explicit padding has a pair for each dimension.
    const { pad } = attrs as ConvAttrs;
    const turnedPad = Array.isArray(pad) ? LAST.perm.map((axis) => pad[axis]) : pad;
    const y = run(kernelName, inputs, { ...attrs, pad: turnedPad, dataFormat: "NHWC" });
    return kernelName === Conv2DBackpropFilter ? y : run(Transpose, { x: y }, FIRST);
  });
}

const conv2D = defineKernel<Conv2DInputs, Conv2DAttrs>(
  Conv2D,
  ({ inputs: { x, filter }, attrs, backend }) => {
    if (x.dtype !== "float32" || filter.dtype !== "float32") return null;
    if (attrs.dataFormat === "NCHW") {
      return channelsFirst(backend, Conv2D, { x }, { filter }, attrs);
    }
    const shape = convShape(x.shape, filter.shape, attrs);
    if (shape === null || !fitsConv(shape)) return null;
    return convolved(backend, convolution, shape, { x, filter }, { activation: LINEAR });
  },
);

const inputGradientKernel = defineKernel<Conv2DBackpropInputInputs, Conv2DBackpropInputAttrs>(
  Conv2DBackpropInput,
  ({ inputs: { dy, filter }, attrs, backend }) => {
    if (dy.dtype !== "float32" || filter.dtype !== "float32") return null;
    if (attrs.dataFormat === "NCHW") {
      const inputShape = LAST.perm.map((axis) => attrs.inputShape[axis]);
      return channelsFirst(
        backend,
        Conv2DBackpropInput,
        { dy },
        { filter },
        { ...attrs, inputShape },
      );
    }
    const shape = convShape(attrs.inputShape, filter.shape, attrs);
    if (shape === null || !isGradient(shape, dy) || !fitsConv(shape)) return null;
    return inputGradient(backend, dxPlan, shape, { dy, filter }, attrs.inputShape);
  },
);

const filterGradientKernel = defineKernel<Conv2DBackpropFilterInputs, Conv2DBackpropFilterAttrs>(
  Conv2DBackpropFilter,
  ({ inputs: { x, dy }, attrs, backend }) => {
    if (x.dtype !== "float32" || dy.dtype !== "float32") return null;
    if (attrs.dataFormat === "NCHW") {
      return channelsFirst(backend, Conv2DBackpropFilter, { x, dy }, {}, attrs);
    }
    const shape = convShape(x.shape, attrs.filterShape, attrs);
    if (shape === null || !isGradient(shape, dy) || !fitsConv(shape)) return null;
    return filterGradient(backend, dfilterPlan, shape, { x, dy }, attrs.filterShape);
  },
);

const fusedConv2D = defineKernel<
  ConvolutionInputs & { preluActivationWeights?: TensorInfo },
  FusedConv2DAttrs
>(FusedConv2D, ({ inputs, attrs, backend }) => {
  const { x, filter } = inputs;
  if (x.dtype !== "float32" || filter.dtype !== "float32") return null;
  const shape = convShape(x.shape, filter.shape, attrs);
  if (shape === null || !fitsConv(shape)) return null;
  return fusedConvolution(backend, convolution, shape, inputs, epilogueOf(inputs, attrs));
});

const Conv2DBiasActivation = "Conv2DBiasActivation";

type BiasActivationAttrs = ConvAttrs & ActivationAttrs;

/** activation(x * filter + bias) in one pass. */
const conv2DBiasActivation = defineKernel<ConvolutionInputs, BiasActivationAttrs>(
  Conv2DBiasActivation,
  ({ inputs, attrs, backend }) => {
    const { x, filter, bias } = inputs;
    if ([x, filter, bias].some((tensor) => tensor && tensor.dtype !== "float32")) return null;
    const shape = convShape(x.shape, filter.shape, attrs);
    if (shape === null || !fitsConv(shape)) return null;
    return activatedProduct(backend, attrs, (activation) =>
      convolved(backend, convolution, shape, inputs, { bias, activation }),
    );
  },
);

export const conv2DBiasActivationGradient: GradConfig = {
  kernelName: Conv2DBiasActivation,
  inputsToSave: ["x", "filter"],
  outputsToSave: [false, true],
  gradFunc: (dys, [x, filter, ...kept], attrs) => {
    const { strides, pad, dilations } = attrs as unknown as BiasActivationAttrs;
    const { dproduct, dbias } = throughEpilogue(dys, kept, attrs);
    const shared = { strides, pad, dilations, dataFormat: "NHWC" } as NamedAttrMap;
    return {
      x: () =>
        engine().runKernel(
          Conv2DBackpropInput,
          { dy: dproduct, filter },
          { ...shared, inputShape: x.shape },
        ),
      filter: () =>
        engine().runKernel(
          Conv2DBackpropFilter,
          { x, dy: dproduct },
          { ...shared, filterShape: filter.shape },
        ),
      bias: dbias,
    };
  },
};

export const convKernels: readonly SimdKernel[] = [
  ...[conv2D, inputGradientKernel, filterGradientKernel, fusedConv2D, conv2DBiasActivation],
];

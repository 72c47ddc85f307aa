import {
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  engine,
  type GradConfig,
  type NamedAttrMap,
  type Tensor,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { conv2D, fitsConv } from "../host/conv.ts";
import { convShape, type ConvAttrs } from "../host/conv-shape.ts";
import { defineKernel } from "../kernel.ts";
import { BiasActivationGrad } from "./BiasActivationGrad.ts";

const Conv2DBiasActivation = "Conv2DBiasActivation";

interface Inputs {
  x: TensorInfo;
  filter: TensorInfo;
  bias?: TensorInfo;
}

interface Attrs extends ConvAttrs {
  readonly activation: "linear" | "relu";
}

/** activation(x * filter + bias) in one pass. */
export const conv2DBiasActivation = defineKernel<Inputs, Attrs>(
  Conv2DBiasActivation,
  ({ inputs: { x, filter, bias }, attrs, backend }) => {
    if ([x, filter, bias].some((tensor) => tensor && tensor.dtype !== "float32")) return null;
    const shape = convShape(x.shape, filter.shape, attrs);
    if (shape === null || !fitsConv(shape)) return null;
    return conv2D(backend, shape, { x, filter, bias, relu: attrs.activation === "relu" });
  },
);

export const conv2DBiasActivationGradient: GradConfig = {
  kernelName: Conv2DBiasActivation,
  inputsToSave: ["x", "filter"],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const [x, filter, y] = saved;
    const { strides, pad, dilations, activation } = attrs as unknown as Attrs;
    const [dproduct, dbias] = engine().runKernel(
      BiasActivationGrad,
      activation === "relu" ? { dy: dy as Tensor, y } : { dy: dy as Tensor },
    ) as unknown as Tensor[];
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
      bias: () => dbias,
    };
  },
};

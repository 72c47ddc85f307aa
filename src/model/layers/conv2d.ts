/**
 * A convolution that runs together with its bias and activation in one kernel where the backend has it.
 * tfjs-layers' own call fuses them for inference only, and few activations.
 */
import { hasFusedKernel, runFusedKernel } from "../backend/fused-kernels.ts";
import { type CallFactory, type LayerInternals, onlyTensor } from "../internals.ts";
import { fusibleActivation } from "./activation.ts";

interface Conv2DLayer extends LayerInternals {
  readonly strides: [number, number];
  readonly padding: string;
  readonly dataFormat: string;
  readonly dilationRate: number | [number, number];
}

/** The layer's `call` with the fused kernel; `stock` is the one it had. */
export const conv2dCall: CallFactory = (layer, stock) => {
  const self = layer as Conv2DLayer;
  return (inputs, kwargs) => {
    const activation = fusibleActivation(layer);
    const fusible =
      activation !== undefined &&
      (self.padding === "same" || self.padding === "valid") &&
      self.dataFormat === "channelsLast" &&
      hasFusedKernel("Conv2DBiasActivation");
    if (!fusible) return stock(inputs, kwargs);
    layer.invokeCallHook(inputs, kwargs);
    const { dilationRate } = self;
    return runFusedKernel(
      "Conv2DBiasActivation",
      { x: onlyTensor(inputs), filter: layer.kernel!.read(), bias: layer.bias?.read() },
      {
        strides: self.strides,
        pad: self.padding,
        dilations: Array.isArray(dilationRate) ? dilationRate : [dilationRate, dilationRate],
        activation,
      },
    )[0];
  };
};

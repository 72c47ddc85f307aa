import { engine, type GradConfig, type Tensor, type TensorInfo } from "@tensorflow/tfjs-core";
import { followsFrom } from "../../plans/element-wise.ts";
import {
  activated,
  type ActivationAttrs,
  ActivationGradientOutput,
  activationOf,
  keepsOutput,
  passBack,
  withKept,
} from "../activation.ts";
import { BatchNormOutput } from "../batch-norm-output.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

const Activation = "Activation";
const ActivationGrad = "ActivationGrad";

/** activation(x); of a batch normalisation in one pass with it. */
const activation = defineKernel<{ x: TensorInfo }, ActivationAttrs>(
  Activation,
  ({ inputs: { x }, attrs: { activation, alpha = 0 }, backend }) => {
    const op = activationOf(activation);
    if (x.dtype !== "float32" || op === null) return null;
    const { pending } = backend.data.get(x.dataId);
    if (pending instanceof BatchNormOutput) {
      const y = backend.output(x.shape);
      pending.activated({ name: op, alpha }, backend.pointer(y));
      return withKept(backend, y, followsFrom(op).input ? x : y);
    }
    const y = activated(backend, op, x, alpha);
    return withKept(backend, y, keepsOutput(op) ? y : x);
  },
);

export const activationGradient: GradConfig = {
  kernelName: Activation,
  outputsToSave: [false, true],
  gradFunc: (dys, [kept], attrs) => {
    const dy = (dys as Tensor[])[0];
    return { x: () => engine().runKernel(ActivationGrad, { dy, kept }, attrs) };
  },
};

/** dx; behind a batch normalisation it is left to that one's gradient. */
const activationGrad = defineKernel<{ dy: TensorInfo; kept: TensorInfo }, ActivationAttrs>(
  ActivationGrad,
  ({ inputs, attrs: { activation, alpha = 0 }, backend }) => {
    const op = activationOf(activation);
    if (op === null) return null;
    const { pending } = backend.data.get(inputs.kept.dataId);
    if (pending instanceof BatchNormOutput) {
      const gradient = new ActivationGradientOutput(backend, op, inputs, alpha);
      return backend.outputLater(inputs.dy.shape, gradient);
    }
    const dx = backend.output(inputs.dy.shape);
    passBack(backend, op, inputs, alpha, backend.pointer(dx));
    return dx;
  },
);

export const activationKernels: readonly SimdKernel[] = [activation, activationGrad];

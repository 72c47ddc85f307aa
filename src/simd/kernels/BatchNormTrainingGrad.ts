import {
  BatchNormGradient,
  type BatchNormGradientInputs,
} from "../host/fused-batch-norm-gradient.ts";
import { defineKernel } from "../kernel.ts";

/** Name of the kernel in tfjs's registry. */
export const BatchNormTrainingGrad = "BatchNormTrainingGrad";

interface Attrs {
  readonly epsilon: number;
}

/** The gradient of BatchNormTraining's y: [dx, dgamma, dbeta]. */
export const batchNormTrainingGrad = defineKernel<BatchNormGradientInputs, Attrs>(
  BatchNormTrainingGrad,
  ({ inputs, attrs: { epsilon }, backend }) => {
    const channels = inputs.x.shape.at(-1) ?? 1;
    const [dgamma, dbeta] = [1, 2].map(() => backend.output([channels]));
    const gradient = new BatchNormGradient(backend, inputs, epsilon, { dgamma, dbeta });
    return [backend.outputLater(inputs.x.shape, gradient), dgamma, dbeta];
  },
);

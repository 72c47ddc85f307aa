import {
  engine,
  FusedBatchNorm,
  type FusedBatchNormAttrs,
  type GradConfig,
  type Tensor,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import {
  batchNorm,
  batchNormTraining,
  biasActivationGradient,
  fitsInference,
  fitsTraining,
} from "../../plans/batch-norm.ts";
import { floatBits } from "../../plans/plan.ts";
import {
  BatchNormGradient,
  type BatchNormGradientInputs,
  matrixOf,
} from "../batch-norm-gradient.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

interface InferenceInputs {
  x: TensorInfo;
  mean: TensorInfo;
  variance: TensorInfo;
  scale?: TensorInfo;
  offset?: TensorInfo;
}

const fusedBatchNorm = defineKernel<InferenceInputs, FusedBatchNormAttrs>(
  FusedBatchNorm,
  ({ inputs: { x, mean, variance, scale, offset }, attrs, backend }) => {
    const matrix = matrixOf(x);
    const { channels } = matrix;
    const given = [mean, variance, scale, offset].filter((tensor) => tensor !== undefined);
    if ([x, ...given].some(({ dtype }) => dtype !== "float32")) return null;
    // One value a channel; any other broadcasting is the cpu backend's.
    if (given.some(({ shape }) => util.sizeFromShape(shape) !== channels)) return null;
    if (channels === 0 || !fitsInference(channels)) return null;
    const from = backend.pointer(x);
    const pointers = {
      mean: backend.pointer(mean),
      variance: backend.pointer(variance),
      scale: scale ? backend.pointer(scale) : null,
      offset: offset ? backend.pointer(offset) : null,
      epsilon: floatBits(attrs.varianceEpsilon ?? 0.001),
    };
    const out = backend.output(x.shape);
    backend.run(
      ["FusedBatchNorm", matrix.rows, channels],
      { x: from, out: backend.pointer(out), ...pointers },
      (plan, places) => {
        batchNorm(plan, matrix, places);
      },
    );
    return out;
  },
);

const BatchNormTraining = "BatchNormTraining";
const BatchNormTrainingGrad = "BatchNormTrainingGrad";

interface TrainingInputs {
  x: TensorInfo;
  gamma?: TensorInfo;
  beta?: TensorInfo;
}

interface TrainingAttrs {
  readonly epsilon: number;
}

/**
 * Normalises over all axes but the last: [y, mean, biased variance], and for the gradient a fourth
 * tensor, gamma / sqrt(variance + epsilon).
 */
const training = defineKernel<TrainingInputs, TrainingAttrs>(
  BatchNormTraining,
  ({ inputs: { x, gamma, beta }, attrs: { epsilon }, backend }) => {
    if ([x, gamma, beta].some((tensor) => tensor && tensor.dtype !== "float32")) return null;
    const matrix = matrixOf(x);
    const { rows, channels } = matrix;
    if (rows === 0 || !fitsTraining(channels, beta !== undefined)) return null;
    const y = backend.output(x.shape);
    const [mean, variance, factor] = [1, 2, 3].map(() => backend.output([channels]));
    backend.run(
      ["BatchNormTraining", rows, channels],
      {
        x: backend.pointer(x),
        y: backend.pointer(y),
        mean: backend.pointer(mean),
        variance: backend.pointer(variance),
        factor: backend.pointer(factor),
        gamma: gamma ? backend.pointer(gamma) : null,
        beta: beta ? backend.pointer(beta) : null,
        epsilon: floatBits(epsilon),
      },
      (plan, places) => {
        batchNormTraining(plan, matrix, places);
      },
    );
    return [y, mean, variance, factor];
  },
);

export const batchNormTrainingGradient: GradConfig = {
  kernelName: BatchNormTraining,
  inputsToSave: ["x"],
  outputsToSave: [false, true, true, true],
  gradFunc: (dys, saved, attrs) => {
    const [x, mean, variance, factor] = saved;
    const [dx, dgamma, dbeta] = engine().runKernel(
      BatchNormTrainingGrad,
      { dy: (dys as Tensor[])[0], x, mean, variance, factor },
      attrs,
    ) as unknown as Tensor[];
    return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
  },
};

/** The gradient of BatchNormTraining's y: [dx, dgamma, dbeta]. */
const trainingGradient = defineKernel<BatchNormGradientInputs, TrainingAttrs>(
  BatchNormTrainingGrad,
  ({ inputs, attrs: { epsilon }, backend }) => {
    const channels = inputs.x.shape.at(-1) ?? 1;
    const [dgamma, dbeta] = [1, 2].map(() => backend.output([channels]));
    const gradient = new BatchNormGradient(backend, inputs, epsilon, { dgamma, dbeta });
    return [backend.outputLater(inputs.x.shape, gradient), dgamma, dbeta];
  },
);

/** Name of the kernel in tfjs's registry. */
export const BiasActivationGrad = "BiasActivationGrad";

/** `y`: the layer's output, where its activation is a relu. */
interface BiasActivationInputs {
  dy: TensorInfo;
  y?: TensorInfo;
}

/**
 * The gradient of "add a bias, then relu or nothing": [what goes on to the layer's product, the
 * bias's gradient]. Behind the relu there is often a batch normalisation; then both gradients are
 * computed in one pass.
 */
const biasActivationGrad = defineKernel<BiasActivationInputs>(
  BiasActivationGrad,
  ({ inputs: { dy, y }, backend }) => {
    const matrix = matrixOf(dy);
    const { pending } = backend.data.get(dy.dataId);
    const gradient = y ? backend.output(dy.shape) : backend.share(dy);
    const bias = backend.output([matrix.channels]);
    const dbias = backend.pointer(bias);
    if (y && pending instanceof BatchNormGradient && pending.follows(y)) {
      pending.throughRelu(backend.pointer(gradient), dbias);
    } else {
      backend.run(
        ["BiasActivationGrad", matrix.rows, matrix.channels],
        {
          y: y ? backend.pointer(y) : null,
          dy: backend.pointer(dy),
          d: y ? backend.pointer(gradient) : null,
          dbias,
        },
        (plan, places) => {
          biasActivationGradient(plan, matrix, places);
        },
      );
    }
    return [gradient, bias];
  },
);

export const batchNormKernels: readonly SimdKernel[] = [
  ...[fusedBatchNorm, training, trainingGradient, biasActivationGrad],
];

import {
  engine,
  FusedBatchNorm,
  type FusedBatchNormAttrs,
  type GradConfig,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import {
  batchNorm,
  batchNormStatistics,
  biasActivationGradient,
  fitsInference,
  fitsTraining,
} from "../../plans/batch-norm.ts";
import { floatBits } from "../../plans/plan.ts";
import { type ActivationAttrs, activationOf } from "../activation.ts";
import { BatchNormGradient, type BatchNormGradientInputs } from "../batch-norm-gradient.ts";
import { BatchNormOutput } from "../batch-norm-output.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";
import { matrixOf } from "../matrix.ts";

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
    const [mean, variance, factor] = [1, 2, 3].map(() => backend.output([channels]));
    backend.run(
      ["BatchNormTraining", rows, channels],
      {
        x: backend.pointer(x),
        mean: backend.pointer(mean),
        variance: backend.pointer(variance),
        factor: backend.pointer(factor),
        gamma: gamma ? backend.pointer(gamma) : null,
        epsilon: floatBits(epsilon),
      },
      (plan, places) => {
        batchNormStatistics(plan, matrix, places);
      },
    );
    const y = new BatchNormOutput(backend, { x, mean, factor, beta });
    return [backend.outputLater(x.shape, y), mean, variance, factor];
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

/** `kept`: what the activation's gradient is computed from. */
interface BiasActivationInputs {
  dy: TensorInfo;
  kept?: TensorInfo;
}

/**
 * The gradient of "add a bias, then an activation": [what goes on to the layer's product, the bias's
 * gradient]. Behind the activation there is often a batch normalisation; then both gradients are
 * computed in one pass.
 */
const biasActivationGrad = defineKernel<BiasActivationInputs, ActivationAttrs>(
  BiasActivationGrad,
  ({ inputs: { dy, kept }, attrs: { activation }, backend }) => {
    const op = activationOf(activation);
    const matrix = matrixOf(dy);
    const { pending } = backend.data.get(dy.dataId);
    const gradient = op ? backend.output(dy.shape) : backend.share(dy);
    const bias = backend.output([matrix.channels]);
    const dbias = backend.pointer(bias);
    if (op && kept && pending instanceof BatchNormGradient && pending.follows(kept, dy.shape)) {
      pending.throughBias(op, backend.pointer(gradient), dbias);
    } else {
      backend.run(
        ["BiasActivationGrad", matrix.rows, matrix.channels, op],
        {
          kept: kept ? backend.pointer(kept) : null,
          dy: backend.pointer(dy),
          d: op ? backend.pointer(gradient) : null,
          dbias,
        },
        (plan, places) => {
          biasActivationGradient(plan, matrix, op, places);
        },
      );
    }
    return [gradient, bias];
  },
);

/** What the gradient of a layer's output goes back as, through its activation and its bias. */
export function throughEpilogue(
  dys: Tensor | Tensor[],
  [kept]: readonly Tensor[],
  attrs: NamedAttrMap,
): { dproduct: Tensor; dbias: () => Tensor } {
  const [dy] = Array.isArray(dys) ? dys : [dys];
  const run = (inputs: NamedTensorMap): Tensor[] =>
    engine().runKernel(BiasActivationGrad, inputs, attrs);
  if (attrs.activation === "linear") return { dproduct: dy, dbias: () => run({ dy })[1] };
  const [dproduct, dbias] = run({ dy, kept });
  return { dproduct, dbias: () => dbias };
}

export const batchNormKernels: readonly SimdKernel[] = [
  ...[fusedBatchNorm, training, trainingGradient, biasActivationGrad],
];

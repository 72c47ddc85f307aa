import type { GradConfig } from "@tensorflow/tfjs-core";
import type { SimdKernel } from "./kernel.ts";
import { activationGradient, activationKernels } from "./kernels/activation.ts";
import { batchNormKernels, batchNormTrainingGradient } from "./kernels/batch-norm.ts";
import { binaryKernels } from "./kernels/binary.ts";
import { compositeKernels } from "./kernels/composites.ts";
import { conv2DBiasActivationGradient, convKernels } from "./kernels/conv.ts";
import { crossEntropyKernels, sparseSoftmaxCrossEntropyGradient } from "./kernels/cross-entropy.ts";
import { depthwiseKernels } from "./kernels/depthwise.ts";
import { dropoutKernels, seededDropoutGradient } from "./kernels/dropout.ts";
import { fillKernels } from "./kernels/fill.ts";
import { layerNormalizationGradient, layerNormKernels } from "./kernels/layer-norm.ts";
import { logicalKernels } from "./kernels/logical.ts";
import { matMulBiasActivationGradient, matMulKernels } from "./kernels/mat-mul.ts";
import { moveKernels } from "./kernels/moves.ts";
import { optimizerKernels } from "./kernels/optimizers.ts";
import { poolKernels } from "./kernels/pool.ts";
import { recurrentGradients, recurrentKernels } from "./kernels/recurrent.ts";
import { reduceKernels } from "./kernels/reduce.ts";
import { resizeKernels } from "./kernels/resize.ts";
import { scanKernels } from "./kernels/scan.ts";
import { scatterKernels } from "./kernels/scatter.ts";
import { spectralKernels } from "./kernels/spectral.ts";
import { unaryKernels } from "./kernels/unary.ts";
import { volumeKernels } from "./kernels/volumes.ts";

/** Every kernel that has a SIMD path. */
export const simdKernels: readonly SimdKernel[] = [
  ...activationKernels,
  ...batchNormKernels,
  ...binaryKernels,
  ...compositeKernels,
  ...convKernels,
  ...crossEntropyKernels,
  ...depthwiseKernels,
  ...dropoutKernels,
  ...fillKernels,
  ...layerNormKernels,
  ...logicalKernels,
  ...matMulKernels,
  ...moveKernels,
  ...optimizerKernels,
  ...poolKernels,
  ...recurrentKernels,
  ...reduceKernels,
  ...resizeKernels,
  ...scanKernels,
  ...scatterKernels,
  ...spectralKernels,
  ...unaryKernels,
  ...volumeKernels,
];

/** Gradients of kernels that only this backend has. */
export const simdGradients: readonly GradConfig[] = [
  activationGradient,
  batchNormTrainingGradient,
  conv2DBiasActivationGradient,
  layerNormalizationGradient,
  matMulBiasActivationGradient,
  ...recurrentGradients,
  seededDropoutGradient,
  sparseSoftmaxCrossEntropyGradient,
];

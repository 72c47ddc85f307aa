import type { GradConfig } from "@tensorflow/tfjs-core";
import type { SimdKernel } from "../kernel.ts";
import { adamUpdate } from "../kernels/AdamUpdate.ts";
import { batchMatMul } from "../kernels/BatchMatMul.ts";
import { batchNormTraining, batchNormTrainingGradient } from "../kernels/BatchNormTraining.ts";
import { batchNormTrainingGrad } from "../kernels/BatchNormTrainingGrad.ts";
import { biasActivationGrad } from "../kernels/BiasActivationGrad.ts";
import { conv2DKernel } from "../kernels/Conv2D.ts";
import { conv2DBackpropFilter } from "../kernels/Conv2DBackpropFilter.ts";
import { conv2DBackpropInput } from "../kernels/Conv2DBackpropInput.ts";
import { depthwiseConv2dNative } from "../kernels/DepthwiseConv2dNative.ts";
import { depthwiseConv2dNativeBackpropFilter } from "../kernels/DepthwiseConv2dNativeBackpropFilter.ts";
import { depthwiseConv2dNativeBackpropInput } from "../kernels/DepthwiseConv2dNativeBackpropInput.ts";
import { fusedConv2D } from "../kernels/FusedConv2D.ts";
import { fusedDepthwiseConv2D } from "../kernels/FusedDepthwiseConv2D.ts";
import { fusedMatMul } from "../kernels/_FusedMatMul.ts";
import {
  conv2DBiasActivation,
  conv2DBiasActivationGradient,
} from "../kernels/Conv2DBiasActivation.ts";
import {
  matMulBiasActivation,
  matMulBiasActivationGradient,
} from "../kernels/MatMulBiasActivation.ts";
import { seededDropout, seededDropoutGradient } from "../kernels/SeededDropout.ts";
import { sgdUpdate } from "../kernels/SgdUpdate.ts";
import {
  sparseSoftmaxCrossEntropy,
  sparseSoftmaxCrossEntropyGrad,
  sparseSoftmaxCrossEntropyGradient,
} from "../kernels/SparseSoftmaxCrossEntropy.ts";

/** The kernels of matrix products, convolutions and the fused training path. */
export const convKernels: readonly SimdKernel[] = [
  adamUpdate,
  batchMatMul,
  batchNormTraining,
  batchNormTrainingGrad,
  biasActivationGrad,
  conv2DKernel,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  conv2DBiasActivation,
  depthwiseConv2dNative,
  depthwiseConv2dNativeBackpropFilter,
  depthwiseConv2dNativeBackpropInput,
  fusedConv2D,
  fusedDepthwiseConv2D,
  fusedMatMul,
  matMulBiasActivation,
  seededDropout,
  sgdUpdate,
  sparseSoftmaxCrossEntropy,
  sparseSoftmaxCrossEntropyGrad,
];

/** Gradients of the kernels above that tfjs does not know. */
export const convGradients: readonly GradConfig[] = [
  batchNormTrainingGradient,
  conv2DBiasActivationGradient,
  matMulBiasActivationGradient,
  seededDropoutGradient,
  sparseSoftmaxCrossEntropyGradient,
];

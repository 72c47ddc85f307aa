import type { GradConfig } from "@tensorflow/tfjs-core";
import type { SimdKernel } from "../kernel.ts";
import { batchMatMul } from "../kernels/BatchMatMul.ts";
import { conv2DKernel } from "../kernels/Conv2D.ts";
import { conv2DBackpropFilter } from "../kernels/Conv2DBackpropFilter.ts";
import { conv2DBackpropInput } from "../kernels/Conv2DBackpropInput.ts";

/** The kernels of matrix products, convolutions and the fused training path. */
export const convKernels: readonly SimdKernel[] = [
  batchMatMul,
  conv2DKernel,
  conv2DBackpropFilter,
  conv2DBackpropInput,
];

/** Gradients of the kernels above that tfjs does not know. */
export const convGradients: readonly GradConfig[] = [];

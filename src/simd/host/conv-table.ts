import type { GradConfig } from "@tensorflow/tfjs-core";
import type { SimdKernel } from "../kernel.ts";

/** The kernels of matrix products, convolutions and the fused training path. */
export const convKernels: readonly SimdKernel[] = [];

/** Gradients of the kernels above that tfjs does not know. */
export const convGradients: readonly GradConfig[] = [];

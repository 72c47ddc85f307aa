import type { GradConfig } from "@tensorflow/tfjs-core";
import { convGradients, convKernels } from "./host/conv-table.ts";
import type { SimdKernel } from "./kernel.ts";
import { relu } from "./kernels/Relu.ts";

/** Every kernel that has a SIMD path, by family. */
export const simdKernels: readonly SimdKernel[] = [relu, ...convKernels];

/** Gradients of kernels that only this backend has. */
export const simdGradients: readonly GradConfig[] = convGradients;

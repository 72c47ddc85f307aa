import { backend_util, Selu } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

const { SELU_SCALE, SELU_SCALEALPHA } = backend_util;

export const selu = unaryKernel(Selu, () => [SELU_SCALE, SELU_SCALEALPHA]);

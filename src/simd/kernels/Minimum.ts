import { Minimum } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const minimum = binaryKernel(Minimum);

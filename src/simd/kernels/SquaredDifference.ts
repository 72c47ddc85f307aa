import { SquaredDifference } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const squaredDifference = binaryKernel(SquaredDifference);

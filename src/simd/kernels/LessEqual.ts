import { LessEqual } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const lessEqual = binaryKernel(LessEqual);

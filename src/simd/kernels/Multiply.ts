import { Multiply } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const multiply = binaryKernel(Multiply);

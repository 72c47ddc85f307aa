import { NotEqual } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const notEqual = binaryKernel(NotEqual);

import { Equal } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const equal = binaryKernel(Equal);

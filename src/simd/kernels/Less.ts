import { Less } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const less = binaryKernel(Less);

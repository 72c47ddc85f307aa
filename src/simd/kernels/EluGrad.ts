import { EluGrad } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const eluGrad = binaryKernel(EluGrad, ["dy", "y"]);

import { Prelu } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const prelu = binaryKernel(Prelu, ["x", "alpha"]);

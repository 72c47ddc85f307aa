import { RealDiv } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const realDiv = binaryKernel(RealDiv);

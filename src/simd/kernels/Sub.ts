import { Sub } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const sub = binaryKernel(Sub);

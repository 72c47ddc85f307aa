import { Sqrt } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const sqrt = unaryKernel(Sqrt);

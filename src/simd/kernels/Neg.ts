import { Neg } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const neg = unaryKernel(Neg);

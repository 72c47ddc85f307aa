import { Reciprocal } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const reciprocal = unaryKernel(Reciprocal);

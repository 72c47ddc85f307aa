import { Ceil } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const ceil = unaryKernel(Ceil);

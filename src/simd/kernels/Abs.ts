import { Abs } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const abs = unaryKernel(Abs);

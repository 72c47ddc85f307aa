import { Relu } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const relu = unaryKernel(Relu);

import { Relu6 } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const relu6 = unaryKernel(Relu6);

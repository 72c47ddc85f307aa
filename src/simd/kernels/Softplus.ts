import { Softplus } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const softplus = unaryKernel(Softplus);

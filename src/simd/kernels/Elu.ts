import { Elu } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const elu = unaryKernel(Elu);

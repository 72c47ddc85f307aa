import { Sigmoid } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const sigmoid = unaryKernel(Sigmoid);

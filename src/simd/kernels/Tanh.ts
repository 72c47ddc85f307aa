import { Tanh } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const tanh = unaryKernel(Tanh);

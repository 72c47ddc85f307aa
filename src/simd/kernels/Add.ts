import { Add } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const add = binaryKernel(Add);

import { Maximum } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const maximum = binaryKernel(Maximum);

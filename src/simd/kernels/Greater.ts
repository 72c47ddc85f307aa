import { Greater } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const greater = binaryKernel(Greater);

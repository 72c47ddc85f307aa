import { Log1p } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const log1p = unaryKernel(Log1p);

import { Min } from "@tensorflow/tfjs-core";
import { reductionKernel } from "../host/reduce.ts";

export const min = reductionKernel(Min);

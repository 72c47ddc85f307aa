import { Mean } from "@tensorflow/tfjs-core";
import { reductionKernel } from "../host/reduce.ts";

export const mean = reductionKernel(Mean);

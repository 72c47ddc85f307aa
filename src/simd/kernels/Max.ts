import { Max } from "@tensorflow/tfjs-core";
import { reductionKernel } from "../host/reduce.ts";

export const max = reductionKernel(Max);

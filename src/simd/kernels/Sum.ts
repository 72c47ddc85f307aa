import { Sum } from "@tensorflow/tfjs-core";
import { reductionKernel } from "../host/reduce.ts";

export const sum = reductionKernel(Sum);

import { Prod } from "@tensorflow/tfjs-core";
import { reductionKernel } from "../host/reduce.ts";

export const prod = reductionKernel(Prod);

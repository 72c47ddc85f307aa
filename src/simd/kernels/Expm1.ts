import { Expm1 } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const expm1 = unaryKernel(Expm1);

import { Exp } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const exp = unaryKernel(Exp);

import { Rsqrt } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const rsqrt = unaryKernel(Rsqrt);

import { GreaterEqual } from "@tensorflow/tfjs-core";
import { binaryKernel } from "../host/element-wise.ts";

export const greaterEqual = binaryKernel(GreaterEqual);

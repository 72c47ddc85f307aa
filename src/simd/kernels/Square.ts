import { Square } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const square = unaryKernel(Square);

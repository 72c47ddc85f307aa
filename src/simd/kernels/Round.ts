import { Round } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const round = unaryKernel(Round);

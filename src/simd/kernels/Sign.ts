import { Sign } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const sign = unaryKernel(Sign);

import { Floor } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const floor = unaryKernel(Floor);

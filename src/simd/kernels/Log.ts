import { Log } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const log = unaryKernel(Log);

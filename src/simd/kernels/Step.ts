import { Step } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const step = unaryKernel(Step, ({ alpha }) => [alpha as number]);

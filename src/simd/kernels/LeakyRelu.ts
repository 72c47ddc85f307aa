import { LeakyRelu } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const leakyRelu = unaryKernel(LeakyRelu, ({ alpha }) => [alpha as number]);

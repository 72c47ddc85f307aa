import { logicalReductionKernel } from "../host/reduce.ts";

export const any = logicalReductionKernel("Any");

import { logicalReductionKernel } from "../host/reduce.ts";

export const all = logicalReductionKernel("All");

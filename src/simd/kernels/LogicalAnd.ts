import { logicalKernel } from "../host/element-wise.ts";

export const logicalAnd = logicalKernel("LogicalAnd");

import { logicalKernel } from "../host/element-wise.ts";

export const logicalNot = logicalKernel("LogicalNot");

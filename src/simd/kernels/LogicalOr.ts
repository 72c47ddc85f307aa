import { logicalKernel } from "../host/element-wise.ts";

export const logicalOr = logicalKernel("LogicalOr");

import { argKernel } from "../host/reduce.ts";

export const argMax = argKernel("ArgMax");

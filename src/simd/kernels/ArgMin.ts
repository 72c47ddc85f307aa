import { argKernel } from "../host/reduce.ts";

export const argMin = argKernel("ArgMin");

import { ClipByValue } from "@tensorflow/tfjs-core";
import { unaryKernel } from "../host/element-wise.ts";

export const clipByValue = unaryKernel(ClipByValue, ({ clipValueMin, clipValueMax }) => [
  clipValueMin as number,
  clipValueMax as number,
]);

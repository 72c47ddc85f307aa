import { ZerosLike, type ZerosLikeInputs } from "@tensorflow/tfjs-core";
import { fill } from "../host/element-wise.ts";
import { defineKernel } from "../kernel.ts";

export const zerosLike = defineKernel<ZerosLikeInputs>(ZerosLike, ({ inputs: { x }, backend }) => {
  if (x.dtype !== "float32") return null;
  const out = backend.output(x.shape);
  fill(backend, out, 0);
  return out;
});

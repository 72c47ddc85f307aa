import { OnesLike, type OnesLikeInputs } from "@tensorflow/tfjs-core";
import { fill } from "../host/element-wise.ts";
import { defineKernel } from "../kernel.ts";

export const onesLike = defineKernel<OnesLikeInputs>(OnesLike, ({ inputs: { x }, backend }) => {
  if (x.dtype !== "float32") return null;
  const out = backend.output(x.shape);
  fill(backend, out, 1);
  return out;
});

import { Relu, util, type ReluInputs } from "@tensorflow/tfjs-core";
import { defineKernel } from "../kernel.ts";

export const relu = defineKernel<ReluInputs>(Relu, ({ inputs: { x }, backend }) => {
  if (x.dtype !== "float32") return null;
  const out = backend.output(x.shape);
  const length = util.sizeFromShape(x.shape);
  backend.run("relu_f32", Math.ceil(length / 16384), [
    backend.pointer(x),
    backend.pointer(out),
    length,
  ]);
  return out;
});

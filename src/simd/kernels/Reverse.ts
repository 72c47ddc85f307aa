import { Reverse, util, type ReverseAttrs, type ReverseInputs } from "@tensorflow/tfjs-core";
import { slice } from "../host/strided-copy.ts";
import { defineKernel } from "../kernel.ts";

export const reverse = defineKernel<ReverseInputs, ReverseAttrs>(
  Reverse,
  ({ inputs: { x }, attrs: { dims }, backend }) => {
    if (x.dtype !== "float32") return null;
    const axes = util.parseAxisParam(dims, x.shape);
    const begin = x.shape.map((n, axis) => (axes.includes(axis) ? n - 1 : 0));
    const steps = x.shape.map((_, axis) => (axes.includes(axis) ? -1 : 1));
    return slice(backend, x, begin, x.shape, steps);
  },
);

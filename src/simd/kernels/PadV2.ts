import { PadV2, type PadV2Attrs, type PadV2Inputs } from "@tensorflow/tfjs-core";
import { fill } from "../host/element-wise.ts";
import { copyInto } from "../host/strided-copy.ts";
import { defineKernel } from "../kernel.ts";

export const padV2 = defineKernel<PadV2Inputs, PadV2Attrs>(
  PadV2,
  ({ inputs: { x }, attrs: { paddings, constantValue }, backend }) => {
    if (x.dtype !== "float32") return null;
    const shape = x.shape.map((n, axis) => paddings[axis][0] + n + paddings[axis][1]);
    const out = backend.output(shape);
    fill(backend, out, constantValue);
    copyInto(
      backend,
      x,
      out,
      paddings.map(([before]) => before),
    );
    return out;
  },
);

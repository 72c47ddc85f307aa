import { OneHot, util, type OneHotAttrs, type OneHotInputs } from "@tensorflow/tfjs-core";
import { floatBits } from "../host/backend.ts";
import { BLOCK } from "../host/element-wise.ts";
import { defineKernel } from "../kernel.ts";

export const oneHot = defineKernel<OneHotInputs, OneHotAttrs>(
  OneHot,
  ({ inputs: { indices }, attrs: { depth, onValue, offValue, dtype }, backend }) => {
    if (indices.dtype !== "int32" || dtype !== "float32") return null;
    const pointer = backend.pointer(indices);
    const out = backend.output([...indices.shape, depth]);
    const count = util.sizeFromShape(indices.shape);
    const perTask = Math.max(1, Math.floor(BLOCK / depth));
    backend.run("one_hot_f32", Math.ceil(count / perTask), [
      ...[pointer, backend.pointer(out), count, perTask, depth],
      ...[floatBits(onValue), floatBits(offValue)],
    ]);
    return out;
  },
);

import { Softmax, util, type SoftmaxAttrs, type SoftmaxInputs } from "@tensorflow/tfjs-core";
import { BLOCK } from "../host/element-wise.ts";
import { defineKernel } from "../kernel.ts";

export const softmax = defineKernel<SoftmaxInputs, SoftmaxAttrs>(
  Softmax,
  ({ inputs: { logits }, attrs: { dim }, backend }) => {
    const size = util.sizeFromShape(logits.shape);
    const last = logits.shape.length - 1;
    if (logits.dtype !== "float32" || size === 0 || (dim !== -1 && dim !== last)) return null;
    const pointer = backend.pointer(logits);
    const out = backend.output(logits.shape);
    const length = logits.shape.at(-1) ?? 1;
    const rows = size / length;
    const perTask = Math.max(1, Math.floor(BLOCK / 4 / length));
    backend.run("softmax_f32", Math.ceil(rows / perTask), [
      ...[pointer, backend.pointer(out), rows, perTask, length],
    ]);
    return out;
  },
);

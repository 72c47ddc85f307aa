import { AvgPoolGrad, util } from "@tensorflow/tfjs-core";
import type { AvgPoolGradAttrs, AvgPoolGradInputs } from "@tensorflow/tfjs-core";
import { isPoolGradient, poolGradCall, poolInfo } from "../host/pool.ts";
import { defineKernel } from "../kernel.ts";

export const avgPoolGrad = defineKernel<AvgPoolGradInputs, AvgPoolGradAttrs>(
  AvgPoolGrad,
  ({ inputs: { dy, input }, attrs, backend }) => {
    if (dy.dtype !== "float32" || util.sizeFromShape(input.shape) === 0) return null;
    const info = poolInfo(input.shape, attrs);
    if (!isPoolGradient(info, dy)) return null;
    const pointer = backend.pointer(dy);
    const dx = backend.output(input.shape);
    backend.run("avg_pool_grad_f32", ...poolGradCall(info, 0, pointer, backend.pointer(dx)));
    return dx;
  },
);

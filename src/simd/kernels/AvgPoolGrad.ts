import { AvgPoolGrad, backend_util, util } from "@tensorflow/tfjs-core";
import type { AvgPoolGradAttrs, AvgPoolGradInputs } from "@tensorflow/tfjs-core";
import { poolGradCall } from "../host/pool.ts";
import { defineKernel } from "../kernel.ts";

export const avgPoolGrad = defineKernel<AvgPoolGradInputs, AvgPoolGradAttrs>(
  AvgPoolGrad,
  ({ inputs: { dy, input }, attrs, backend }) => {
    if (dy.dtype !== "float32" || util.sizeFromShape(input.shape) === 0) return null;
    const { filterSize, strides, pad } = attrs;
    const shape = input.shape as [number, number, number, number];
    const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad);
    const pointer = backend.pointer(dy);
    const dx = backend.output(shape);
    backend.run("avg_pool_grad_f32", ...poolGradCall(info, 0, pointer, backend.pointer(dx)));
    return dx;
  },
);

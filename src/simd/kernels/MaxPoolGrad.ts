import { MaxPoolGrad, util } from "@tensorflow/tfjs-core";
import type { MaxPoolGradAttrs, MaxPoolGradInputs } from "@tensorflow/tfjs-core";
import { isPoolGradient, pool2x2GradCall, poolGradCall, poolInfo, tilesBy2 } from "../host/pool.ts";
import { defineKernel } from "../kernel.ts";

export const maxPoolGrad = defineKernel<MaxPoolGradInputs, MaxPoolGradAttrs>(
  MaxPoolGrad,
  ({ inputs: { dy, input }, attrs, backend }) => {
    if (dy.dtype !== "float32" || input.dtype !== "float32") return null;
    if (util.sizeFromShape(input.shape) === 0) return null;
    const info = poolInfo(input.shape, attrs);
    if (!isPoolGradient(info, dy)) return null;
    const pointers = [input, dy].map((tensor) => backend.pointer(tensor)) as [number, number];
    const dx = backend.output(input.shape);
    const addresses = [...pointers, backend.pointer(dx)] as const;
    if (tilesBy2(info)) {
      backend.run("max_pool_2x2_grad_f32", ...pool2x2GradCall(info, ...addresses));
    } else {
      backend.run("max_pool_grad_f32", ...poolGradCall(info, ...addresses));
    }
    return dx;
  },
);

import { backend_util, MaxPoolGrad, util } from "@tensorflow/tfjs-core";
import type { MaxPoolGradAttrs, MaxPoolGradInputs } from "@tensorflow/tfjs-core";
import { pool2x2GradCall, poolGradCall, tilesBy2 } from "../host/pool.ts";
import { defineKernel } from "../kernel.ts";

export const maxPoolGrad = defineKernel<MaxPoolGradInputs, MaxPoolGradAttrs>(
  MaxPoolGrad,
  ({ inputs: { dy, input }, attrs, backend }) => {
    if (dy.dtype !== "float32" || input.dtype !== "float32") return null;
    if (util.sizeFromShape(input.shape) === 0) return null;
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const shape = input.shape as [number, number, number, number];
    const info = backend_util.computePool2DInfo(
      shape,
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const pointers = [input, dy].map((tensor) => backend.pointer(tensor)) as [number, number];
    const dx = backend.output(shape);
    const addresses = [...pointers, backend.pointer(dx)] as const;
    if (tilesBy2(info)) {
      backend.run("max_pool_2x2_grad_f32", ...pool2x2GradCall(info, ...addresses));
    } else {
      backend.run("max_pool_grad_f32", ...poolGradCall(info, ...addresses));
    }
    return dx;
  },
);

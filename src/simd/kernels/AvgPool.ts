import { AvgPool, util } from "@tensorflow/tfjs-core";
import type { AvgPoolAttrs, AvgPoolInputs } from "@tensorflow/tfjs-core";
import { isIdentity, poolCall, poolInfo } from "../host/pool.ts";
import { defineKernel } from "../kernel.ts";

export const avgPool = defineKernel<AvgPoolInputs, AvgPoolAttrs>(
  AvgPool,
  ({ inputs: { x }, attrs, backend }) => {
    if (x.dtype !== "float32" || util.sizeFromShape(x.shape) === 0) return null;
    const info = poolInfo(x.shape, attrs);
    if (isIdentity(info)) return backend.share(x);
    const pointer = backend.pointer(x);
    const out = backend.output(info.outShape);
    backend.run("avg_pool_f32", ...poolCall(info, pointer, backend.pointer(out)));
    return out;
  },
);

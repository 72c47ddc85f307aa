import { MaxPool, util } from "@tensorflow/tfjs-core";
import type { MaxPoolAttrs, MaxPoolInputs } from "@tensorflow/tfjs-core";
import { isIdentity, poolCall, poolInfo, tilesBy2 } from "../host/pool.ts";
import { defineKernel } from "../kernel.ts";

export const maxPool = defineKernel<MaxPoolInputs, MaxPoolAttrs>(
  MaxPool,
  ({ inputs: { x }, attrs, backend }) => {
    if (x.dtype !== "float32" || util.sizeFromShape(x.shape) === 0) return null;
    const info = poolInfo(x.shape, attrs);
    if (isIdentity(info)) return backend.share(x);
    const pointer = backend.pointer(x);
    const out = backend.output(info.outShape);
    const kernel = tilesBy2(info) ? "max_pool_2x2_f32" : "max_pool_f32";
    backend.run(kernel, ...poolCall(info, pointer, backend.pointer(out)));
    return out;
  },
);

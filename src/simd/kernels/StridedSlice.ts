import { slice_util, StridedSlice, util } from "@tensorflow/tfjs-core";
import type { StridedSliceAttrs, StridedSliceInputs } from "@tensorflow/tfjs-core";
import { slice } from "../host/strided-copy.ts";
import { defineKernel } from "../kernel.ts";

export const stridedSlice = defineKernel<StridedSliceInputs, StridedSliceAttrs>(
  StridedSlice,
  ({ inputs: { x }, attrs, backend }) => {
    if (x.dtype !== "float32") return null;
    const info = slice_util.sliceInfo(
      x.shape,
      ...([attrs.begin, attrs.end, attrs.strides, attrs.beginMask, attrs.endMask] as const),
      ...([attrs.ellipsisMask, attrs.newAxisMask, attrs.shrinkAxisMask] as const),
    );
    if (info.isIdentity) return backend.share(x, info.finalShape);
    const simple = info.sliceDim0 || info.isSimpleSlice;
    const size = simple
      ? slice_util.computeOutShape(info.begin, info.end, info.strides)
      : info.finalShapeSparse;
    if (util.sizeFromShape(size) === 0) return backend.output(info.finalShape);
    const out = slice(backend, x, info.begin, size, info.strides);
    return { ...out, shape: info.finalShape };
  },
);

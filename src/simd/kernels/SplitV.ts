import { backend_util, SplitV, util } from "@tensorflow/tfjs-core";
import type { SplitVAttrs, SplitVInputs } from "@tensorflow/tfjs-core";
import { slice } from "../host/strided-copy.ts";
import { defineKernel } from "../kernel.ts";

export const splitV = defineKernel<SplitVInputs, SplitVAttrs>(
  SplitV,
  ({ inputs: { x }, attrs, backend }) => {
    if (x.dtype !== "float32") return null;
    const [axis] = util.parseAxisParam(attrs.axis, x.shape);
    const sizes = backend_util.prepareSplitSize(x, attrs.numOrSizeSplits, axis);
    let start = 0;
    return sizes.map((length) => {
      const begin = x.shape.map((_, i) => (i === axis ? start : 0));
      start += length;
      return slice(
        backend,
        x,
        begin,
        x.shape.map((n, i) => (i === axis ? length : n)),
      );
    });
  },
);

import { Slice, slice_util, type SliceAttrs, type SliceInputs } from "@tensorflow/tfjs-core";
import { slice as sliceTensor } from "../host/strided-copy.ts";
import { defineKernel } from "../kernel.ts";

export const slice = defineKernel<SliceInputs, SliceAttrs>(
  Slice,
  ({ inputs: { x }, attrs, backend }) => {
    if (x.dtype !== "float32") return null;
    const [begin, size] = slice_util.parseSliceParams(x, attrs.begin, attrs.size);
    slice_util.assertParamsValid(x, begin, size);
    return sliceTensor(backend, x, begin, size);
  },
);

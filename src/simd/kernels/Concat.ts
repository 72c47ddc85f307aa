import { backend_util, Concat, util } from "@tensorflow/tfjs-core";
import type { ConcatAttrs, TensorInfo } from "@tensorflow/tfjs-core";
import { concat as concatTensors } from "../host/concat.ts";
import { defineKernel } from "../kernel.ts";

export const concat = defineKernel<TensorInfo[], ConcatAttrs>(
  Concat,
  ({ inputs, attrs, backend }) => {
    const tensors = Object.values(inputs);
    if (tensors.some(({ dtype }) => dtype !== "float32")) return null;
    const [axis] = util.parseAxisParam(attrs.axis, tensors[0].shape);
    backend_util.assertParamsConsistent(
      tensors.map(({ shape }) => shape),
      axis,
    );
    return concatTensors(backend, tensors, axis);
  },
);

import { Pack, util, type PackAttrs, type TensorInfo } from "@tensorflow/tfjs-core";
import { concat } from "../host/concat.ts";
import { defineKernel } from "../kernel.ts";

export const pack = defineKernel<TensorInfo[], PackAttrs>(
  Pack,
  ({ inputs, attrs: { axis }, backend }) => {
    const tensors = Object.values(inputs);
    const { shape } = tensors[0];
    if (tensors.some(({ dtype }) => dtype !== "float32")) return null;
    if (tensors.some((tensor) => !util.arraysEqual(tensor.shape, shape))) return null;
    const at = axis < 0 ? axis + shape.length + 1 : axis;
    const expanded = [...shape.slice(0, at), 1, ...shape.slice(at)];
    return concat(
      backend,
      tensors.map((tensor) => ({ ...tensor, shape: expanded })),
      at,
    );
  },
);

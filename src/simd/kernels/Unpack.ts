import { Unpack, type UnpackAttrs, type UnpackInputs } from "@tensorflow/tfjs-core";
import { slice } from "../host/strided-copy.ts";
import { defineKernel } from "../kernel.ts";

export const unpack = defineKernel<UnpackInputs, UnpackAttrs>(
  Unpack,
  ({ inputs: { value }, attrs, backend }) => {
    if (value.dtype !== "float32") return null;
    const axis = attrs.axis < 0 ? attrs.axis + value.shape.length : attrs.axis;
    const size = value.shape.map((n, i) => (i === axis ? 1 : n));
    const shape = value.shape.filter((_, i) => i !== axis);
    return Array.from({ length: value.shape[axis] }, (_, index) => {
      const begin = value.shape.map((_, i) => (i === axis ? index : 0));
      return { ...slice(backend, value, begin, size), shape };
    });
  },
);

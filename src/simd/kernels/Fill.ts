import { Fill, util, type FillAttrs } from "@tensorflow/tfjs-core";
import { fill as fillTensor } from "../host/element-wise.ts";
import { defineKernel } from "../kernel.ts";

export const fill = defineKernel<object, FillAttrs>(Fill, ({ attrs, backend }) => {
  const { shape, value } = attrs;
  const dtype = attrs.dtype ?? util.inferDtype(value);
  if (dtype !== "float32") return null;
  const out = backend.output(shape);
  fillTensor(backend, out, value as number);
  return out;
});

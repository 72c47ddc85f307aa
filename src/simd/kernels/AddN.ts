import { AddN, util, type TensorInfo } from "@tensorflow/tfjs-core";
import { addInPlace, binary } from "../host/element-wise.ts";
import { defineKernel } from "../kernel.ts";

export const addN = defineKernel<TensorInfo[]>(AddN, ({ inputs: [first, ...others], backend }) => {
  if ([first, ...others].some(({ dtype }) => dtype !== "float32")) return null;
  if (others.some(({ shape }) => !util.arraysEqual(shape, first.shape))) return null;
  const [second, ...rest] = others;
  if (second === undefined) return backend.share(first);
  const sum = binary(backend, "Add", first, second);
  if (sum !== null) for (const tensor of rest) addInPlace(backend, sum, tensor);
  return sum;
});

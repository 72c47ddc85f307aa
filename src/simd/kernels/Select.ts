import { Select, util, type SelectInputs } from "@tensorflow/tfjs-core";
import { BLOCK, blocksOf } from "../host/element-wise.ts";
import { defineKernel } from "../kernel.ts";

export const select = defineKernel<SelectInputs>(Select, ({ inputs, backend }) => {
  const { condition, t, e } = inputs;
  if (condition.dtype !== "bool" || t.dtype !== "float32" || e.dtype !== "float32") return null;
  // A condition of rank 1 may also choose whole rows: the cpu backend's kernel does that.
  if (!util.arraysEqual(condition.shape, t.shape) || !util.arraysEqual(t.shape, e.shape)) {
    return null;
  }
  const pointers = [condition, t, e].map((tensor) => backend.pointer(tensor));
  const out = backend.output(t.shape);
  const length = util.sizeFromShape(t.shape);
  backend.run("select_f32", blocksOf(length), [
    ...[...pointers, backend.pointer(out), length, BLOCK],
  ]);
  return out;
});

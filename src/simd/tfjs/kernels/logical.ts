import {
  LogicalAnd,
  LogicalNot,
  LogicalOr,
  type NamedTensorInfoMap,
  Select,
  type SelectInputs,
  util,
} from "@tensorflow/tfjs-core";
import { logical, type LogicalOperation, select } from "../../plans/element-wise.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

/** A kernel on bool inputs of one shape. */
function logicalKernel(kernelName: LogicalOperation): SimdKernel {
  return defineKernel<NamedTensorInfoMap>(kernelName, ({ inputs, backend }) => {
    const a = inputs.a ?? inputs.x;
    const b = inputs.b ?? a;
    if (a.dtype !== "bool" || b.dtype !== "bool") return null;
    if (!util.arraysEqual(a.shape, b.shape)) return null;
    const pointers = { a: backend.pointer(a), b: backend.pointer(b) };
    const out = backend.output(a.shape, "bool");
    const length = util.sizeFromShape(a.shape);
    backend.run(
      `${kernelName}|${length}`,
      { ...pointers, out: backend.pointer(out) },
      (plan, places) => {
        logical(plan, kernelName, length, places);
      },
    );
    return out;
  });
}

const selectKernel = defineKernel<SelectInputs>(Select, ({ inputs, backend }) => {
  const { condition, t, e } = inputs;
  if (condition.dtype !== "bool" || t.dtype !== "float32" || e.dtype !== "float32") return null;
  // A condition of rank 1 may also choose whole rows: the cpu backend's kernel does that.
  if (!util.arraysEqual(condition.shape, t.shape) || !util.arraysEqual(t.shape, e.shape)) {
    return null;
  }
  const [at, a, b] = [condition, t, e].map((tensor) => backend.pointer(tensor));
  const out = backend.output(t.shape);
  const length = util.sizeFromShape(t.shape);
  backend.run(
    `Select|${length}`,
    { condition: at, a, b, out: backend.pointer(out) },
    (plan, places) => {
      select(plan, length, places);
    },
  );
  return out;
});

export const logicalKernels: readonly SimdKernel[] = [
  ...([LogicalAnd, LogicalOr, LogicalNot] as const).map((name) => logicalKernel(name)),
  selectKernel,
];

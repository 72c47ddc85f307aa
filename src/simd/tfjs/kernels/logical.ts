import {
  IsFinite,
  IsInf,
  IsNan,
  LogicalNot,
  Select,
  type SelectInputs,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import { logicalNot, type Predicate, predicate, select } from "../../plans/element-wise.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

/** A kernel that tells something of every element of float32 `x`. */
function predicateKernel(kernelName: Predicate): SimdKernel {
  return defineKernel<{ x: TensorInfo }>(kernelName, ({ inputs: { x }, backend }) => {
    if (x.dtype !== "float32") return null;
    const from = backend.pointer(x);
    const out = backend.output(x.shape, "bool");
    const length = util.sizeFromShape(x.shape);
    backend.run([kernelName, length], { x: from, out: backend.pointer(out) }, (plan, places) => {
      predicate(plan, kernelName, length, places);
    });
    return out;
  });
}

const notKernel = defineKernel<{ x: TensorInfo }>(LogicalNot, ({ inputs: { x }, backend }) => {
  if (x.dtype !== "bool") return null;
  const from = backend.pointer(x);
  const out = backend.output(x.shape, "bool");
  const length = util.sizeFromShape(x.shape);
  backend.run(["LogicalNot", length], { x: from, out: backend.pointer(out) }, (plan, places) => {
    logicalNot(plan, length, places);
  });
  return out;
});

const selectKernel = defineKernel<SelectInputs>(Select, ({ inputs, backend }) => {
  const { condition, t, e } = inputs;
  const ofWords = t.dtype === "float32" || t.dtype === "int32";
  if (condition.dtype !== "bool" || !ofWords || e.dtype !== t.dtype) return null;
  // A condition of rank 1 may also choose whole rows: the cpu backend's kernel does that.
  if (!util.arraysEqual(condition.shape, t.shape) || !util.arraysEqual(t.shape, e.shape)) {
    return null;
  }
  const at = backend.pointer(condition);
  const a = backend.pointer(t);
  const b = backend.pointer(e);
  const out = backend.output(t.shape, t.dtype);
  const length = util.sizeFromShape(t.shape);
  backend.run(
    ["Select", length],
    { condition: at, a, b, out: backend.pointer(out) },
    (plan, places) => {
      select(plan, length, places);
    },
  );
  return out;
});

export const logicalKernels: readonly SimdKernel[] = [
  ...([IsFinite, IsInf, IsNan] as const).map((name) => predicateKernel(name)),
  notKernel,
  selectKernel,
];

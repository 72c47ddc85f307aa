import {
  All,
  Any,
  ArgMax,
  ArgMin,
  backend_util,
  Max,
  Mean,
  Min,
  Prod,
  Softmax,
  type SoftmaxAttrs,
  type SoftmaxInputs,
  Sum,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import { cast } from "../../plans/element-wise.ts";
import {
  argMax,
  foldAxes,
  foldBool,
  type FoldOperation,
  isOneRun,
  softmax,
} from "../../plans/reduce.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

interface ReductionAttrs {
  readonly axis?: number | number[];
  readonly reductionIndices?: number | number[];
  readonly keepDims: boolean;
}

/** The axes that are folded, and the shape that is left. */
function reduction(
  x: TensorInfo,
  { axis, reductionIndices, keepDims }: ReductionAttrs,
): { axes: number[]; shape: number[]; folded: number } {
  const axes = util.parseAxisParam((axis ?? reductionIndices) as number | number[], x.shape);
  const [left, reduced] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  const shape = keepDims ? backend_util.expandShapeToKeepDim(left, axes) : left;
  return { axes, shape, folded: util.sizeFromShape(reduced) };
}

/** A kernel that folds float32 or int32 `x` over axes; means are float32. */
function reductionKernel(kernelName: string): SimdKernel {
  const isMean = kernelName === Mean;
  const op = isMean ? "Sum" : (kernelName as FoldOperation);
  return defineKernel<{ x: TensorInfo }, ReductionAttrs>(
    kernelName,
    ({ inputs: { x }, attrs, backend }) => {
      const size = util.sizeFromShape(x.shape);
      if ((x.dtype !== "float32" && x.dtype !== "int32") || size === 0) return null;
      const { axes, shape, folded } = reduction(x, attrs);
      const dtype = isMean ? "float32" : x.dtype;
      const mustCast = x.dtype !== dtype;
      if (folded === 1 && !mustCast) return backend.share(x, shape);
      const from = backend.pointer(x);
      const out = backend.output(shape, dtype);
      backend.run(
        [kernelName, x.dtype, x.shape, axes],
        { x: from, out: backend.pointer(out) },
        (plan, places) => {
          let source = places.x;
          if (mustCast) {
            source = folded === 1 ? places.out : plan.temporary(4 * size);
            cast(plan, "Int32ToFloat32", size, { x: places.x, out: source });
          }
          if (folded === 1) return;
          const kind = { op, dtype, divisor: isMean ? folded : 1 };
          foldAxes(plan, x.shape, axes, kind, { x: source, out: places.out });
        },
      );
      return out;
    },
  );
}

/** A kernel that tells whether all or any of bool `x` hold, over axes that run on in memory. */
function logicalReductionKernel(kernelName: string): SimdKernel {
  return defineKernel<{ x: TensorInfo }, ReductionAttrs>(
    kernelName,
    ({ inputs: { x }, attrs, backend }) => {
      if (x.dtype !== "bool" || util.sizeFromShape(x.shape) === 0) return null;
      const { axes, shape } = reduction(x, attrs);
      if (!isOneRun(x.shape, axes)) return null;
      const from = backend.pointer(x);
      const out = backend.output(shape, "bool");
      backend.run(
        [kernelName, x.shape, axes],
        { x: from, out: backend.pointer(out) },
        (plan, places) => {
          foldBool(plan, x.shape, axes, kernelName === Any, places);
        },
      );
      return out;
    },
  );
}

/** A kernel that finds where along one axis float32 `x` is largest or smallest. */
function argKernel(kernelName: string): SimdKernel {
  return defineKernel<{ x: TensorInfo }, { axis: number }>(
    kernelName,
    ({ inputs: { x }, attrs, backend }) => {
      if (x.dtype !== "float32" || util.sizeFromShape(x.shape) === 0) return null;
      const [axis] = util.parseAxisParam(attrs.axis, x.shape);
      const from = backend.pointer(x);
      const shape = x.shape.filter((_, i) => i !== axis);
      const out = backend.output(shape, "int32");
      backend.run(
        [kernelName, x.shape, axis],
        { x: from, out: backend.pointer(out) },
        (plan, places) => {
          argMax(plan, x.shape, axis, kernelName === ArgMin, places);
        },
      );
      return out;
    },
  );
}

const softmaxKernel = defineKernel<SoftmaxInputs, SoftmaxAttrs>(
  Softmax,
  ({ inputs: { logits }, attrs: { dim }, backend }) => {
    const size = util.sizeFromShape(logits.shape);
    const last = logits.shape.length - 1;
    if (logits.dtype !== "float32" || size === 0 || (dim !== -1 && dim !== last)) return null;
    const x = backend.pointer(logits);
    const out = backend.output(logits.shape);
    const length = logits.shape.at(-1) ?? 1;
    const rows = size / length;
    backend.run(["Softmax", rows, length], { x, out: backend.pointer(out) }, (plan, places) => {
      softmax(plan, rows, length, places);
    });
    return out;
  },
);

export const reduceKernels: readonly SimdKernel[] = [
  ...[All, Any].map((name) => logicalReductionKernel(name)),
  ...[ArgMax, ArgMin].map((name) => argKernel(name)),
  ...[Max, Mean, Min, Prod, Sum].map((name) => reductionKernel(name)),
  softmaxKernel,
];

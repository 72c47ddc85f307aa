import { backend_util, util } from "@tensorflow/tfjs-core";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { defineKernel, type SimdKernel } from "../kernel.ts";
import { floatBits, type SimdBackend } from "./backend.ts";
import { BLOCK } from "./element-wise.ts";

/** The folds of assembly/reduce.ts, in its order. */
const FOLDS = ["Sum", "Prod", "Max", "Min"] as const;

/** Columns that one task folds side by side. A multiple of 16. */
const COLUMNS = 512;
/** Longest run that is added up one by one, lane by lane: bounds the rounding error of sums. */
const LONGEST_RUN = 1024;

interface ReductionAttrs {
  readonly axis?: number | number[];
  readonly reductionIndices?: number | number[];
  readonly keepDims: boolean;
}

/** A kernel that folds float32 `x` over axes. */
export function reductionKernel(kernelName: string): SimdKernel {
  const fold = kernelName === "Mean" ? "Sum" : (kernelName as (typeof FOLDS)[number]);
  return defineKernel<{ x: TensorInfo }, ReductionAttrs>(
    kernelName,
    ({ inputs: { x }, attrs, backend }) => {
      const size = util.sizeFromShape(x.shape);
      if (x.dtype !== "float32" || size === 0) return null;
      const axes = util.parseAxisParam(
        (attrs.axis ?? attrs.reductionIndices) as number | number[],
        x.shape,
      );
      const [outShape, reduced] = backend_util.computeOutAndReduceShapes(x.shape, axes);
      const divisor = kernelName === "Mean" ? util.sizeFromShape(reduced) : 1;
      const shape = attrs.keepDims ? backend_util.expandShapeToKeepDim(outShape, axes) : outShape;
      if (util.sizeFromShape(shape) === size) return backend.share(x, shape);
      const from = backend.pointer(x);
      const out = backend.output(shape);
      foldAxes(backend, from, backend.pointer(out), x.shape, axes, FOLDS.indexOf(fold), divisor);
      return out;
    },
  );
}

/** A run of adjacent axes that are all folded or all kept. */
interface Run {
  size: number;
  folded: boolean;
}

function runsOf(shape: number[], axes: number[]): Run[] {
  const runs: Run[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const folded = axes.includes(axis);
    const last = runs.at(-1);
    if (last?.folded === folded) last.size *= size;
    else runs.push({ size, folded });
  });
  return runs;
}

/** Folds one run of axes after another, innermost first; the last fold divides. */
function foldAxes(
  backend: SimdBackend,
  from: number,
  to: number,
  shape: number[],
  axes: number[],
  op: number,
  divisor: number,
): void {
  const runs = runsOf(shape, axes);
  const last = runs.map(({ folded }) => folded).lastIndexOf(true);
  const inner = runs.slice(last + 1).reduce((product, { size }) => product * size, 1);
  const outer = runs.slice(0, last).reduce((product, { size }) => product * size, 1);
  const length = runs[last].size;
  const more = runs.slice(0, last).some(({ folded }) => folded);
  if (!more) {
    foldOne(backend, from, to, { outer, length, inner, op, divisor });
    return;
  }
  const rest = [...runs.slice(0, last), ...runs.slice(last + 1)];
  const restAxes = rest.flatMap(({ folded }, axis) => (folded ? [axis] : []));
  const restShape = rest.map(({ size }) => size);
  backend.withBuffer(4 * outer * inner, (partial) => {
    foldOne(backend, from, partial, { outer, length, inner, op, divisor: 1 });
    foldAxes(backend, partial, to, restShape, restAxes, op, divisor);
  });
}

interface FoldSize {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly op: number;
  readonly divisor: number;
}

/** Folds the middle of [outer, length, inner], in chunks whose results are folded in turn. */
function foldOne(backend: SimdBackend, from: number, to: number, size: FoldSize): void {
  const { outer, length, inner, op, divisor } = size;
  const columns = Math.min(inner, COLUMNS);
  // A row is folded by 16 accumulators, a column by one.
  const perChunk = inner === 1 ? BLOCK : Math.min(LONGEST_RUN, Math.ceil(BLOCK / columns));
  const chunks = Math.ceil(length / perChunk);
  const rows = chunks > 1 ? 1 : Math.max(1, Math.floor(BLOCK / (length * inner)));
  const tasks = Math.ceil(outer / rows) * chunks * Math.ceil(inner / columns);
  const foldInto = (target: number, by: number): void => {
    backend.run("fold_f32", tasks, [
      ...[from, target, outer, length, inner, op, perChunk, chunks, columns, rows, floatBits(by)],
    ]);
  };
  if (chunks === 1) {
    foldInto(to, divisor);
    return;
  }
  backend.withBuffer(4 * outer * chunks * inner, (partial) => {
    foldInto(partial, 1);
    foldOne(backend, partial, to, { ...size, length: chunks });
  });
}

/** A kernel that tells whether all or any of bool `x` hold, over axes that run on in memory. */
export function logicalReductionKernel(kernelName: "All" | "Any"): SimdKernel {
  return defineKernel<{ x: TensorInfo }, ReductionAttrs>(
    kernelName,
    ({ inputs: { x }, attrs, backend }) => {
      const axes = util.parseAxisParam(attrs.axis as number | number[], x.shape);
      const runs = runsOf(x.shape, axes);
      const folded = runs.findIndex((run) => run.folded);
      const oneRun = runs.filter((run) => run.folded).length === 1;
      if (x.dtype !== "bool" || util.sizeFromShape(x.shape) === 0 || !oneRun) return null;
      const sizeOf = (some: Run[]): number => some.reduce((product, { size }) => product * size, 1);
      const [outer, inner] = [sizeOf(runs.slice(0, folded)), sizeOf(runs.slice(folded + 1))];
      const { size: length } = runs[folded];
      const [outShape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
      const shape = attrs.keepDims ? backend_util.expandShapeToKeepDim(outShape, axes) : outShape;
      const from = backend.pointer(x);
      const out = backend.output(shape, "bool");
      const columns = Math.min(inner, COLUMNS);
      const rows = Math.max(1, Math.floor((4 * BLOCK) / (length * inner)));
      const tasks = Math.ceil(outer / rows) * Math.ceil(inner / columns);
      const op = Number(kernelName === "Any");
      backend.run("fold_bool", tasks, [
        ...[from, backend.pointer(out), outer, length, inner, op, length, 1, columns, rows],
      ]);
      return out;
    },
  );
}

/** A kernel that finds where along one axis float32 `x` is largest or smallest. */
export function argKernel(kernelName: "ArgMax" | "ArgMin"): SimdKernel {
  return defineKernel<{ x: TensorInfo }, { axis: number }>(
    kernelName,
    ({ inputs: { x }, attrs, backend }) => {
      if (x.dtype !== "float32" || util.sizeFromShape(x.shape) === 0) return null;
      const [axis] = util.parseAxisParam(attrs.axis, x.shape);
      const length = x.shape[axis];
      const inner = util.sizeFromShape(x.shape.slice(axis + 1));
      const pointer = backend.pointer(x);
      const out = backend.output(
        x.shape.filter((_, i) => i !== axis),
        "int32",
      );
      const results = util.sizeFromShape(out.shape);
      const perTask = 4 * Math.ceil(BLOCK / length / 4);
      backend.run("arg_max_f32", Math.ceil(results / perTask), [
        ...[pointer, backend.pointer(out), results, perTask, length, inner],
        Number(kernelName === "ArgMin"),
      ]);
      return out;
    },
  );
}

import {
  backend_util,
  GatherNd,
  type GatherNdInputs,
  ScatterNd,
  type ScatterNdAttrs,
  type ScatterNdInputs,
  type TensorInfo,
  TensorScatterUpdate,
  type TensorScatterUpdateInputs,
  type TypedArray,
  UnsortedSegmentSum,
  type UnsortedSegmentSumAttrs,
  type UnsortedSegmentSumInputs,
  util,
} from "@tensorflow/tfjs-core";
import { gather } from "../../plans/copy.ts";
import { segmentSum } from "../../plans/segment.ts";
import type { SimdBackend } from "../backend.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";
import { bytesOf } from "./moves.ts";

interface Scatter {
  /** [rows, ...]: what goes to the segments. */
  readonly x: TensorInfo;
  /** Address of an int32 for each row. */
  readonly ids: number;
  readonly rows: number;
  readonly segments: number;
  readonly shape: readonly number[];
  /** What it is added to, or takes the place in. */
  readonly base?: TensorInfo;
}

/** A new tensor of `segments` rows: of each the sum of those of x, or of `base` with the last of x. */
function scattered(
  backend: SimdBackend,
  { x, ids, rows, segments, shape, base }: Scatter,
): TensorInfo {
  const from = backend.pointer(x);
  const onto = base ? backend.pointer(base) : null;
  const out = backend.output(shape, x.dtype);
  const size = util.sizeFromShape(out.shape);
  if (size === 0) return out;
  const integer = x.dtype === "int32";
  const [width, replaces] = [size / segments, base !== undefined];
  const sizes = { rows, width, segments, integer, replaces };
  backend.run(
    ["Scatter", rows, width, segments, integer, replaces],
    { x: from, base: onto, ids, out: backend.pointer(out) },
    (plan, places) => {
      segmentSum(plan, sizes, places);
    },
  );
  return out;
}

/** The gradient of a gather. Ids of more than one dimension are the cpu backend's. */
const unsortedSegmentSum = defineKernel<UnsortedSegmentSumInputs, UnsortedSegmentSumAttrs>(
  UnsortedSegmentSum,
  ({ inputs: { x, segmentIds }, attrs: { numSegments: segments }, backend }) => {
    if (bytesOf(x.dtype) !== 4 || segmentIds.dtype !== "int32") return null;
    const [rows, ...row] = x.shape;
    if (segmentIds.shape.length !== 1 || segmentIds.shape[0] !== rows) return null;
    const ids = backend.pointer(segmentIds);
    return scattered(backend, { x, ids, rows, segments, shape: [segments, ...row] });
  },
);

/**
 * Calls `use` with the address of the numbers of slices that rows of indices name; null if one of
 * them is outside, about which the cpu backend has its own words.
 */
function withSliceNumbers(
  backend: SimdBackend,
  indices: TensorInfo,
  shape: readonly number[],
  use: (ids: number, rows: number) => TensorInfo,
): TensorInfo | null {
  const rank = indices.shape.at(-1) ?? 1;
  const values = backend.data.get(indices.dataId).values as TypedArray;
  const ids = new Int32Array(values.length / Math.max(1, rank));
  for (let row = 0; row < ids.length; row++) {
    for (let axis = 0; axis < rank; axis++) {
      const index = values[row * rank + axis];
      if (!(index >= 0 && index < shape[axis])) return null;
      ids[row] = ids[row] * shape[axis] + index;
    }
  }
  const at = backend.heap.allocate(ids.byteLength);
  try {
    backend.heap.int32(at, ids.length).set(ids);
    return use(at, ids.length);
  } finally {
    backend.heap.release(at);
  }
}

const gatherNd = defineKernel<GatherNdInputs>(
  GatherNd,
  ({ inputs: { params, indices }, backend }) => {
    const bytes = bytesOf(params.dtype);
    if (bytes === null || indices.dtype !== "int32" || util.sizeFromShape(params.shape) === 0)
      return null;
    const [shape, , slice] = backend_util.prepareAndValidate(params, indices);
    const dimension = util.sizeFromShape(params.shape) / slice;
    return withSliceNumbers(backend, indices, params.shape, (ids, count) => {
      const x = backend.pointer(params);
      const out = backend.output(shape, params.dtype);
      if (util.sizeFromShape(out.shape) === 0) return out;
      const size = { batch: 1, outer: 1, dimension, slice, count };
      backend.run(
        ["GatherNd", bytes, dimension, slice, count],
        { x, indices: ids, out: backend.pointer(out) },
        (plan, places) => {
          gather(plan, bytes, size, places);
        },
      );
      return out;
    });
  },
);

const scatterNd = defineKernel<ScatterNdInputs, ScatterNdAttrs>(
  ScatterNd,
  ({ inputs: { indices, updates }, attrs: { shape }, backend }) => {
    if (bytesOf(updates.dtype) !== 4 || indices.dtype !== "int32") return null;
    const { sliceSize, outputSize } = backend_util.calculateShapes(updates, indices, shape);
    if (outputSize === 0) return null;
    const segments = outputSize / sliceSize;
    return withSliceNumbers(backend, indices, shape, (ids, rows) =>
      scattered(backend, { x: updates, ids, rows, segments, shape }),
    );
  },
);

const tensorScatterUpdate = defineKernel<TensorScatterUpdateInputs>(
  TensorScatterUpdate,
  ({ inputs: { tensor, indices, updates }, backend }) => {
    if (bytesOf(tensor.dtype) !== 4 || updates.dtype !== tensor.dtype) return null;
    if (indices.dtype !== "int32" || updates.shape.length === 0) return null;
    const { shape } = tensor;
    const { sliceSize, outputSize } = backend_util.calculateShapes(updates, indices, shape);
    if (outputSize === 0) return null;
    const segments = outputSize / sliceSize;
    return withSliceNumbers(backend, indices, shape, (ids, rows) =>
      scattered(backend, { x: updates, ids, rows, segments, shape, base: tensor }),
    );
  },
);

export const scatterKernels: readonly SimdKernel[] = [
  ...[gatherNd, scatterNd, tensorScatterUpdate, unsortedSegmentSum],
];

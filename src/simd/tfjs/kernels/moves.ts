import {
  backend_util,
  Concat,
  type ConcatAttrs,
  type DataType,
  GatherV2,
  type GatherV2Attrs,
  type GatherV2Inputs,
  MirrorPad,
  type MirrorPadAttrs,
  type MirrorPadInputs,
  OneHot,
  type OneHotAttrs,
  type OneHotInputs,
  Pack,
  type PackAttrs,
  PadV2,
  type PadV2Attrs,
  type PadV2Inputs,
  Reshape,
  type ReshapeAttrs,
  type ReshapeInputs,
  Reverse,
  type ReverseAttrs,
  type ReverseInputs,
  Slice,
  slice_util,
  type SliceAttrs,
  type SliceInputs,
  SplitV,
  type SplitVAttrs,
  type SplitVInputs,
  StridedSlice,
  type StridedSliceAttrs,
  type StridedSliceInputs,
  type TensorInfo,
  Tile,
  type TileAttrs,
  type TileInputs,
  Transpose,
  type TransposeAttrs,
  type TransposeInputs,
  Unpack,
  type UnpackAttrs,
  type UnpackInputs,
  util,
} from "@tensorflow/tfjs-core";
import {
  type Block,
  copyInto,
  type ElementBytes,
  gather,
  keepsOrder,
  mirrorPad,
  oneHot,
  sliceCopy,
  tile,
  transpose,
} from "../../plans/copy.ts";
import { fill } from "../../plans/element-wise.ts";
import type { SimdBackend } from "../backend.ts";
import { bitsOf } from "./fill.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

/** Bytes of an element of a dtype that lies in linear memory; null of the others. */
export function bytesOf(dtype: DataType): ElementBytes | null {
  if (dtype === "float32" || dtype === "int32") return 4;
  return dtype === "bool" ? 1 : null;
}

/** Those of tensors that are to lie in one, null where the cpu backend's kernel must do it. */
function commonBytes(tensors: readonly TensorInfo[]): ElementBytes | null {
  const [{ dtype }] = tensors;
  return tensors.every((tensor) => tensor.dtype === dtype) ? bytesOf(dtype) : null;
}

/** The same data in another shape; of complex64 the parts have shapes, too: the cpu backend's kernel. */
const reshape = defineKernel<ReshapeInputs, ReshapeAttrs>(
  Reshape,
  ({ inputs: { x }, attrs, backend }) => {
    const size = util.sizeFromShape(x.shape);
    const shape = util.inferFromImplicitShape(attrs.shape, size);
    if (x.dtype === "complex64" || util.sizeFromShape(shape) !== size) return null;
    return backend.share(x, shape);
  },
);

/** A new tensor: this block of `x`. */
function sliced(
  backend: SimdBackend,
  bytes: ElementBytes,
  x: TensorInfo,
  block: Block,
): TensorInfo {
  const from = backend.pointer(x);
  const out = backend.output(block.size, x.dtype);
  if (util.sizeFromShape(out.shape) === 0) return out;
  const { begin, size, steps = [] } = block;
  backend.run(
    ["Slice", bytes, x.shape, begin, size, steps],
    { from, to: backend.pointer(out) },
    (plan, places) => {
      sliceCopy(plan, bytes, x.shape, block, places);
    },
  );
  return out;
}

const slice = defineKernel<SliceInputs, SliceAttrs>(Slice, ({ inputs: { x }, attrs, backend }) => {
  const bytes = bytesOf(x.dtype);
  if (bytes === null) return null;
  const [begin, size] = slice_util.parseSliceParams(x, attrs.begin, attrs.size);
  slice_util.assertParamsValid(x, begin, size);
  return sliced(backend, bytes, x, { begin, size });
});

const stridedSlice = defineKernel<StridedSliceInputs, StridedSliceAttrs>(
  StridedSlice,
  ({ inputs: { x }, attrs, backend }) => {
    const bytes = bytesOf(x.dtype);
    if (bytes === null) return null;
    const info = slice_util.sliceInfo(
      x.shape,
      ...([attrs.begin, attrs.end, attrs.strides, attrs.beginMask, attrs.endMask] as const),
      ...([attrs.ellipsisMask, attrs.newAxisMask, attrs.shrinkAxisMask] as const),
    );
    if (info.isIdentity) return backend.share(x, info.finalShape);
    const simple = info.sliceDim0 || info.isSimpleSlice;
    const size = simple
      ? slice_util.computeOutShape(info.begin, info.end, info.strides)
      : info.finalShapeSparse;
    if (util.sizeFromShape(size) === 0) return backend.output(info.finalShape, x.dtype);
    const out = sliced(backend, bytes, x, { begin: info.begin, size, steps: info.strides });
    return { ...out, shape: info.finalShape };
  },
);

const splitV = defineKernel<SplitVInputs, SplitVAttrs>(
  SplitV,
  ({ inputs: { x }, attrs, backend }) => {
    const bytes = bytesOf(x.dtype);
    if (bytes === null) return null;
    const [axis] = util.parseAxisParam(attrs.axis, x.shape);
    const sizes = backend_util.prepareSplitSize(x, attrs.numOrSizeSplits, axis);
    let start = 0;
    return sizes.map((length) => {
      const begin = x.shape.map((_, i) => (i === axis ? start : 0));
      start += length;
      return sliced(backend, bytes, x, {
        begin,
        size: x.shape.map((n, i) => (i === axis ? length : n)),
      });
    });
  },
);

const unpack = defineKernel<UnpackInputs, UnpackAttrs>(
  Unpack,
  ({ inputs: { value }, attrs, backend }) => {
    const bytes = bytesOf(value.dtype);
    if (bytes === null) return null;
    const axis = attrs.axis < 0 ? attrs.axis + value.shape.length : attrs.axis;
    const size = value.shape.map((n, i) => (i === axis ? 1 : n));
    const shape = value.shape.filter((_, i) => i !== axis);
    return Array.from({ length: value.shape[axis] }, (_, index) => {
      const begin = value.shape.map((_, i) => (i === axis ? index : 0));
      return { ...sliced(backend, bytes, value, { begin, size }), shape };
    });
  },
);

const reverse = defineKernel<ReverseInputs, ReverseAttrs>(
  Reverse,
  ({ inputs: { x }, attrs: { dims }, backend }) => {
    const bytes = bytesOf(x.dtype);
    if (bytes === null) return null;
    const axes = util.parseAxisParam(dims, x.shape);
    const begin = x.shape.map((n, axis) => (axes.includes(axis) ? n - 1 : 0));
    const steps = x.shape.map((_, axis) => (axes.includes(axis) ? -1 : 1));
    return sliced(backend, bytes, x, { begin, size: x.shape, steps });
  },
);

/** A new tensor: `tensors` of one dtype, seen in these shapes, one after another along `axis`. */
function joined(
  backend: SimdBackend,
  bytes: ElementBytes,
  tensors: readonly TensorInfo[],
  shapes: number[][],
  axis: number,
): TensorInfo {
  const out = backend.output(backend_util.computeOutShape(shapes, axis), tensors[0].dtype);
  const operands: Record<string, number> = { to: backend.pointer(out) };
  tensors.forEach((x, i) => {
    operands[`x${i}`] = backend.pointer(x);
  });
  backend.run(["Concat", bytes, axis, shapes.length, ...shapes], operands, (plan, places) => {
    const begin = out.shape.map(() => 0);
    shapes.forEach((shape, i) => {
      const from = places[`x${i}`];
      if (util.sizeFromShape(shape) > 0) {
        copyInto(plan, bytes, shape, out.shape, begin, { from, to: places.to });
      }
      begin[axis] += shape[axis];
    });
  });
  return out;
}

const concat = defineKernel<TensorInfo[], ConcatAttrs>(Concat, ({ inputs, attrs, backend }) => {
  const tensors = Object.values(inputs);
  const bytes = commonBytes(tensors);
  if (bytes === null) return null;
  const [axis] = util.parseAxisParam(attrs.axis, tensors[0].shape);
  const shapes = tensors.map(({ shape }) => shape);
  backend_util.assertParamsConsistent(shapes, axis);
  return joined(backend, bytes, tensors, shapes, axis);
});

const pack = defineKernel<TensorInfo[], PackAttrs>(Pack, ({ inputs, attrs: { axis }, backend }) => {
  const tensors = Object.values(inputs);
  const { shape } = tensors[0];
  const bytes = commonBytes(tensors);
  if (bytes === null) return null;
  if (tensors.some((tensor) => !util.arraysEqual(tensor.shape, shape))) return null;
  const at = axis < 0 ? axis + shape.length + 1 : axis;
  const expanded = [...shape.slice(0, at), 1, ...shape.slice(at)];
  const shapes = tensors.map(() => expanded);
  return joined(backend, bytes, tensors, shapes, at);
});

const tileKernel = defineKernel<TileInputs, TileAttrs>(
  Tile,
  ({ inputs: { x }, attrs: { reps }, backend }) => {
    const bytes = bytesOf(x.dtype);
    if (bytes === null) return null;
    const from = backend.pointer(x);
    const out = backend.output(
      x.shape.map((n, axis) => n * reps[axis]),
      x.dtype,
    );
    if (util.sizeFromShape(out.shape) === 0) return out;
    backend.run(
      ["Tile", bytes, x.shape, reps],
      { from, to: backend.pointer(out) },
      (plan, places) => {
        tile(plan, bytes, x.shape, reps, places);
      },
    );
    return out;
  },
);

const transposeKernel = defineKernel<TransposeInputs, TransposeAttrs>(
  Transpose,
  ({ inputs: { x }, attrs: { perm }, backend }) => {
    const bytes = bytesOf(x.dtype);
    if (bytes === null) return null;
    const shape = perm.map((axis) => x.shape[axis]);
    if (keepsOrder(x.shape, perm) || util.sizeFromShape(shape) === 0)
      return backend.share(x, shape);
    const from = backend.pointer(x);
    const out = backend.output(shape, x.dtype);
    backend.run(
      ["Transpose", bytes, x.shape, perm],
      { from, to: backend.pointer(out) },
      (plan, places) => {
        transpose(plan, bytes, x.shape, perm, places);
      },
    );
    return out;
  },
);

const padV2 = defineKernel<PadV2Inputs, PadV2Attrs>(
  PadV2,
  ({ inputs: { x }, attrs: { paddings, constantValue }, backend }) => {
    const bytes = bytesOf(x.dtype);
    if (bytes === null) return null;
    const from = backend.pointer(x);
    const out = backend.output(
      x.shape.map((n, axis) => paddings[axis][0] + n + paddings[axis][1]),
      x.dtype,
    );
    const value = bitsOf(x.dtype, constantValue);
    backend.run(
      ["PadV2", bytes, x.shape, paddings],
      { from, to: backend.pointer(out), value },
      (plan, places) => {
        fill(plan, bytes, util.sizeFromShape(out.shape), places.to, places.value);
        if (util.sizeFromShape(x.shape) === 0) return;
        const begin = paddings.map(([before]) => before);
        copyInto(plan, bytes, x.shape, out.shape, begin, places);
      },
    );
    return out;
  },
);

const mirrorPadKernel = defineKernel<MirrorPadInputs, MirrorPadAttrs>(
  MirrorPad,
  ({ inputs: { x }, attrs: { paddings, mode }, backend }) => {
    const bytes = bytesOf(x.dtype);
    if (bytes === null || util.sizeFromShape(x.shape) === 0) return null;
    const from = backend.pointer(x);
    const out = backend.output(
      x.shape.map((n, axis) => n + paddings[axis][0] + paddings[axis][1]),
      x.dtype,
    );
    backend.run(
      ["MirrorPad", bytes, x.shape, paddings, mode],
      { from, to: backend.pointer(out) },
      (plan, places) => {
        mirrorPad(plan, bytes, x.shape, paddings, mode, places);
      },
    );
    return out;
  },
);

type GatherShapeArguments = Parameters<typeof backend_util.segment_util.collectGatherOpShapeInfo>;

const gatherV2 = defineKernel<GatherV2Inputs, GatherV2Attrs>(
  GatherV2,
  ({ inputs: { x, indices }, attrs, backend }) => {
    const bytes = bytesOf(x.dtype);
    if (bytes === null || indices.dtype !== "int32") return null;
    const [axis] = util.parseAxisParam(attrs.axis, x.shape);
    const last = x.shape[axis] - 1;
    const wrong = (index: number): Error =>
      new Error(`GatherV2: the index value ${index} is not in [0, ${last}]`);
    backend.checkRange(indices, last + 1, wrong);
    const info = backend_util.segment_util.collectGatherOpShapeInfo(
      ...([x, indices, axis, attrs.batchDims ?? 0] as unknown as GatherShapeArguments),
    );
    const from = backend.pointer(x);
    const places = backend.pointer(indices);
    const out = backend.output(info.outputShape, x.dtype);
    if (util.sizeFromShape(out.shape) === 0) return out;
    const { batchSize: batch, outerSize: outer, dimSize: dimension, sliceSize } = info;
    const count = util.sizeFromShape(indices.shape) / batch;
    const size = { batch, outer, dimension, slice: sliceSize, count };
    backend.run(
      ["GatherV2", bytes, batch, outer, dimension, sliceSize, count],
      { x: from, indices: places, out: backend.pointer(out) },
      (plan, places) => {
        gather(plan, bytes, size, places);
      },
    );
    return out;
  },
);

const oneHotKernel = defineKernel<OneHotInputs, OneHotAttrs>(
  OneHot,
  ({ inputs: { indices }, attrs: { depth, onValue, offValue, dtype }, backend }) => {
    if (indices.dtype !== "int32" || bytesOf(dtype) !== 4) return null;
    const from = backend.pointer(indices);
    const out = backend.output([...indices.shape, depth], dtype);
    const count = util.sizeFromShape(indices.shape);
    const [on, off] = [bitsOf(dtype, onValue), bitsOf(dtype, offValue)];
    backend.run(
      ["OneHot", count, depth],
      { indices: from, out: backend.pointer(out), on, off },
      (plan, places) => {
        oneHot(plan, count, depth, places);
      },
    );
    return out;
  },
);

export const moveKernels: readonly SimdKernel[] = [
  ...[concat, gatherV2, mirrorPadKernel, oneHotKernel, pack, padV2, reshape, reverse, slice],
  ...[splitV, stridedSlice, tileKernel, transposeKernel, unpack],
];

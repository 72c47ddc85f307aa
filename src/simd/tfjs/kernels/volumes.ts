import {
  AvgPool3D,
  AvgPool3DGrad,
  backend_util,
  Conv3D,
  type Conv3DAttrs,
  Conv3DBackpropFilterV2,
  type Conv3DBackpropFilterV2Attrs,
  Conv3DBackpropInputV2,
  type Conv3DBackpropInputV2Attrs,
  type Conv3DInputs,
  MaxPool3D,
  type MaxPool3DAttrs,
  MaxPool3DGrad,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import {
  fitsGather,
  gatherConv2D,
  gatherFilterGradient,
  gatherInputGradient,
} from "../../plans/conv-gather.ts";
import type { VolumeShape } from "../../plans/conv-shape.ts";
import { NO_EPILOGUE } from "../../plans/epilogue.ts";
import { type Pooling, type PoolShape, pool, poolGradient } from "../../plans/pool.ts";
import { memoized, type Unique } from "../../runtime/key-table.ts";
import { filterGradient, inputGradient } from "../convolved.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

type Shape5D = [number, number, number, number, number];

/** The sizes of a convolution of volumes whose channels come last. */
function volumeShape(
  xShape: readonly number[],
  filterShape: readonly number[],
  {
    strides,
    pad,
    dilations = 1,
  }: Pick<Conv3DAttrs, "strides" | "pad"> & { dilations?: Conv3DAttrs["dilations"] },
): Unique<VolumeShape> {
  return shapeOf(xShape, filterShape, strides, dilations, pad);
}

const shapeOf = memoized(
  (
    xShape: readonly number[],
    filterShape: readonly number[],
    strides: Conv3DAttrs["strides"],
    dilations: Conv3DAttrs["dilations"],
    pad: Conv3DAttrs["pad"],
  ): VolumeShape => {
    const info = backend_util.computeConv3DInfo(
      xShape as Shape5D,
      filterShape as Shape5D,
      strides,
      dilations,
      pad,
    );
    const { padInfo, batchSize: batch, inDepth, outDepth, filterDepth, strideDepth } = info;
    const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = info;
    const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
    const { dilationDepth, dilationHeight, dilationWidth } = info;
    return {
      ...{
        batch,
        inDepth,
        inHeight,
        inWidth,
        inChannels,
        outDepth,
        outHeight,
        outWidth,
        outChannels,
      },
      ...{ filterDepth, filterHeight, filterWidth, strideDepth, strideHeight, strideWidth },
      ...{ dilationDepth, dilationHeight, dilationWidth },
      ...{ padFront: padInfo.front, padTop: padInfo.top, padLeft: padInfo.left },
    };
  },
);

const dxPlan = { kernelName: Conv3DBackpropInputV2, write: gatherInputGradient } as const;
const dfilterPlan = { kernelName: Conv3DBackpropFilterV2, write: gatherFilterGradient } as const;

const conv3D = defineKernel<Conv3DInputs, Conv3DAttrs>(
  Conv3D,
  ({ inputs: { x, filter }, attrs, backend }) => {
    if (x.dtype !== "float32" || filter.dtype !== "float32") return null;
    const shape = volumeShape(x.shape, filter.shape, attrs);
    if (!fitsGather(shape)) return null;
    const { batch, outDepth, outHeight, outWidth, outChannels } = shape;
    const pointers = { x: backend.pointer(x), filter: backend.pointer(filter) };
    const y = backend.output([batch, outDepth, outHeight, outWidth, outChannels]);
    if (util.sizeFromShape(y.shape) === 0) return y;
    backend.run(
      ["Conv3D", shape],
      { ...pointers, y: backend.pointer(y) },
      (plan, places) => {
        gatherConv2D(plan, shape, places, NO_EPILOGUE);
      },
      { filter: backend.prepared(filter) },
    );
    return y;
  },
);

const inputGradientKernel = defineKernel<
  Record<"dy" | "filter", TensorInfo>,
  Conv3DBackpropInputV2Attrs
>(Conv3DBackpropInputV2, ({ inputs: { dy, filter }, attrs, backend }) => {
  if (dy.dtype !== "float32" || filter.dtype !== "float32") return null;
  const shape = volumeShape(attrs.inputShape, filter.shape, attrs);
  if (!fitsGather(shape) || !isGradient(shape, dy)) return null;
  return inputGradient(backend, dxPlan, shape, { dy, filter }, attrs.inputShape);
});

const filterGradientKernel = defineKernel<
  Record<"x" | "dy", TensorInfo>,
  Conv3DBackpropFilterV2Attrs
>(Conv3DBackpropFilterV2, ({ inputs: { x, dy }, attrs, backend }) => {
  if (x.dtype !== "float32" || dy.dtype !== "float32") return null;
  const shape = volumeShape(x.shape, attrs.filterShape, attrs);
  if (!fitsGather(shape) || !isGradient(shape, dy) || util.sizeFromShape(dy.shape) === 0)
    return null;
  return filterGradient(backend, dfilterPlan, shape, { x, dy }, attrs.filterShape);
});

/** Whether `dy` is a gradient of this convolution's output. */
function isGradient(shape: VolumeShape, dy: TensorInfo): boolean {
  const { batch, outDepth, outHeight, outWidth, outChannels } = shape;
  return util.arraysEqual(dy.shape, [batch, outDepth, outHeight, outWidth, outChannels]);
}

/**
 * Pooling of volumes is pooling of their slices, then of what comes of that across the slices: in the
 * second, a slice is one row of pixels.
 */
function poolShapes(
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: MaxPool3DAttrs,
): Unique<PoolShapes> {
  return poolShapesOf(shape, filterSize, strides, pad, dimRoundingMode);
}

interface PoolShapes {
  readonly slices: PoolShape;
  readonly across: PoolShape;
  readonly outShape: number[];
}

const poolShapesOf = memoized(
  (
    shape: readonly number[],
    filterSize: MaxPool3DAttrs["filterSize"],
    strides: MaxPool3DAttrs["strides"],
    pad: MaxPool3DAttrs["pad"],
    dimRoundingMode: MaxPool3DAttrs["dimRoundingMode"],
  ): PoolShapes => {
    const info = backend_util.computePool3DInfo(
      shape as Shape5D,
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const { batchSize, inDepth, outDepth, inChannels: channels, padInfo, outShape } = info;
    const { outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = info;
    const slices = {
      ...{ images: batchSize * inDepth, height: info.inHeight, width: info.inWidth, channels },
      ...{ outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth },
      ...{ padTop: padInfo.top, padLeft: padInfo.left },
    };
    const row = outHeight * outWidth;
    const across = {
      ...{
        images: batchSize,
        height: inDepth,
        width: row,
        channels,
        outHeight: outDepth,
        outWidth: row,
      },
      ...{ filterHeight: info.filterDepth, filterWidth: 1, strideHeight: info.strideDepth },
      ...{ strideWidth: 1, padTop: padInfo.front, padLeft: 0 },
    };
    return { slices, across, outShape };
  },
);

/** Bytes of what lies between the two poolings. */
const bytesBetween = ({ images, outHeight, outWidth, channels }: PoolShape): number =>
  images * outHeight * outWidth * channels * 4;

function poolKernel(kernelName: string, kind: Pooling): SimdKernel {
  return defineKernel<{ x: TensorInfo }, MaxPool3DAttrs>(
    kernelName,
    ({ inputs: { x }, attrs, backend }) => {
      if (x.dtype !== "float32" || util.sizeFromShape(x.shape) === 0) return null;
      const shapes = poolShapes(x.shape, attrs);
      const { slices, across, outShape } = shapes;
      const from = backend.pointer(x);
      const out = backend.output(outShape);
      backend.run([kernelName, shapes], { x: from, y: backend.pointer(out) }, (plan, places) => {
        const between = plan.temporary(bytesBetween(slices));
        pool(plan, kind, slices, { x: places.x, y: between }, 0);
        pool(plan, kind, across, { x: between, y: places.y }, 0);
      });
      return out;
    },
  );
}

function poolGradientKernel(kernelName: string, kind: Pooling): SimdKernel {
  return defineKernel<Record<"dy" | "input", TensorInfo>, MaxPool3DAttrs>(
    kernelName,
    ({ inputs: { dy, input }, attrs, backend }) => {
      if (dy.dtype !== "float32" || input.dtype !== "float32") return null;
      if (util.sizeFromShape(input.shape) === 0) return null;
      const shapes = poolShapes(input.shape, attrs);
      const { slices, across, outShape } = shapes;
      if (!util.arraysEqual(dy.shape, outShape)) return null;
      const pointers = { x: backend.pointer(input), dy: backend.pointer(dy) };
      const dx = backend.output(input.shape);
      backend.run(
        [kernelName, shapes],
        { ...pointers, dx: backend.pointer(dx) },
        (plan, places) => {
          const bytes = bytesBetween(slices);
          const gradient = plan.temporary(bytes);
          const between = kind === "max" ? plan.temporary(bytes) : null;
          if (between) pool(plan, kind, slices, { x: places.x, y: between });
          poolGradient(plan, kind, across, { x: between, y: places.dy, dx: gradient });
          const x = kind === "max" ? places.x : null;
          poolGradient(plan, kind, slices, { x, y: gradient, dx: places.dx });
        },
      );
      return dx;
    },
  );
}

export const volumeKernels: readonly SimdKernel[] = [
  ...[conv3D, inputGradientKernel, filterGradientKernel],
  poolKernel(AvgPool3D, "avg"),
  poolKernel(MaxPool3D, "max"),
  poolGradientKernel(AvgPool3DGrad, "avg"),
  poolGradientKernel(MaxPool3DGrad, "max"),
];

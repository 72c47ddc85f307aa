import {
  AvgPool,
  AvgPoolGrad,
  backend_util,
  MaxPool,
  type MaxPoolAttrs,
  MaxPoolGrad,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import { fitsPoolBehind } from "../../plans/batch-norm.ts";
import { pool, type Pooling, type PoolShape } from "../../plans/pool.ts";
import { memoized, type Unique } from "../../runtime/key-table.ts";
import { BatchNormOutput } from "../batch-norm-output.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";
import { passBackPooled, PoolGradientOutput } from "../pool-gradient-output.ts";

/** A pooling of NHWC images. */
interface PoolSizes {
  readonly shape: PoolShape;
  readonly outShape: number[];
  /** Whether the cpu backend returns the input as it is; with padding and strides, that is a choice. */
  readonly isIdentity: boolean;
}

/** The sizes of a pooling of images of this shape. */
function poolSizes(
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolAttrs,
): Unique<PoolSizes> {
  return sizesOf(shape, filterSize, strides, pad, dimRoundingMode);
}

const sizesOf = memoized(
  (
    images: readonly number[],
    filterSize: MaxPoolAttrs["filterSize"],
    strides: MaxPoolAttrs["strides"],
    pad: MaxPoolAttrs["pad"],
    mode: MaxPoolAttrs["dimRoundingMode"],
  ): PoolSizes => {
    const info = backend_util.computePool2DInfo(
      images as [number, number, number, number],
      ...([filterSize, strides, 1, pad, mode] as const),
    );
    const { batchSize, inHeight, inWidth, inChannels, padInfo, inShape, outShape } = info;
    const { outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = info;
    const shape = {
      ...{ images: batchSize, height: inHeight, width: inWidth, channels: inChannels },
      ...{ outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth },
      ...{ padTop: padInfo.top, padLeft: padInfo.left },
    };
    const isIdentity = filterHeight * filterWidth === 1 && util.arraysEqual(inShape, outShape);
    return { shape, outShape, isIdentity };
  },
);

function poolKernel(kernelName: string, kind: Pooling): SimdKernel {
  return defineKernel<{ x: TensorInfo }, MaxPoolAttrs>(
    kernelName,
    ({ inputs: { x }, attrs, backend }) => {
      if (x.dtype !== "float32" || util.sizeFromShape(x.shape) === 0) return null;
      const sizes = poolSizes(x.shape, attrs);
      if (sizes.isIdentity) return backend.share(x);
      const { pending } = backend.data.get(x.dataId);
      if (kind === "max" && pending instanceof BatchNormOutput && fitsPoolBehind(sizes.shape)) {
        const y = backend.output(sizes.outShape);
        pending.maxPooled(sizes, backend.pointer(y));
        return y;
      }
      const from = backend.pointer(x);
      const y = backend.output(sizes.outShape);
      backend.run([kernelName, sizes], { x: from, y: backend.pointer(y) }, (plan, places) => {
        pool(plan, kind, sizes.shape, places);
      });
      return y;
    },
  );
}

function gradientKernel(kernelName: string, kind: Pooling): SimdKernel {
  return defineKernel<Record<"dy" | "input", TensorInfo>, MaxPoolAttrs>(
    kernelName,
    ({ inputs: { dy, input }, attrs, backend }) => {
      if (dy.dtype !== "float32" || util.sizeFromShape(input.shape) === 0) return null;
      if (kind === "max" && input.dtype !== "float32") return null;
      const sizes = poolSizes(input.shape, attrs);
      // tfjs loses the forward pass's rounding mode on the way back; the cpu backend does what can be
      // done then.
      if (!util.arraysEqual(dy.shape, sizes.outShape)) return null;
      const tensors = { dy, kept: input };
      if (backend.data.get(input.dataId).pending instanceof BatchNormOutput) {
        return backend.outputLater(input.shape, new PoolGradientOutput(backend, sizes, tensors));
      }
      const dx = backend.output(input.shape);
      passBackPooled(backend, kind, sizes, tensors, backend.pointer(dx));
      return dx;
    },
  );
}

export const poolKernels: readonly SimdKernel[] = [
  poolKernel(AvgPool, "avg"),
  poolKernel(MaxPool, "max"),
  gradientKernel(AvgPoolGrad, "avg"),
  gradientKernel(MaxPoolGrad, "max"),
];

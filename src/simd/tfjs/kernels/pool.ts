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
import { pool, poolGradient, type Pooling, type PoolShape } from "../../plans/pool.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

/** The sizes of a pooling of NHWC images of this shape. */
function poolInfo(
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolAttrs,
): backend_util.Conv2DInfo {
  const images = shape as [number, number, number, number];
  return backend_util.computePool2DInfo(images, filterSize, strides, 1, pad, dimRoundingMode);
}

function poolShape(info: backend_util.Conv2DInfo): PoolShape {
  const { batchSize, inHeight, inWidth, inChannels, padInfo } = info;
  const { outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = info;
  return {
    ...{ images: batchSize, height: inHeight, width: inWidth, channels: inChannels },
    ...{ outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth },
    ...{ padTop: padInfo.top, padLeft: padInfo.left },
  };
}

/** Whether the cpu backend returns the input as it is; with padding and strides, that is a choice. */
function isIdentity(info: backend_util.Conv2DInfo): boolean {
  const { filterHeight, filterWidth, inShape, outShape } = info;
  return filterHeight * filterWidth === 1 && util.arraysEqual(inShape, outShape);
}

function poolKernel(kernelName: string, kind: Pooling): SimdKernel {
  return defineKernel<{ x: TensorInfo }, MaxPoolAttrs>(
    kernelName,
    ({ inputs: { x }, attrs, backend }) => {
      if (x.dtype !== "float32" || util.sizeFromShape(x.shape) === 0) return null;
      const info = poolInfo(x.shape, attrs);
      if (isIdentity(info)) return backend.share(x);
      const from = backend.pointer(x);
      const y = backend.output(info.outShape);
      const shape = poolShape(info);
      backend.run(
        `${kernelName}|${Object.values(shape).join()}`,
        { x: from, y: backend.pointer(y) },
        (plan, places) => {
          pool(plan, kind, shape, places);
        },
      );
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
      const info = poolInfo(input.shape, attrs);
      // tfjs loses the forward pass's rounding mode on the way back; the cpu backend does what can be
      // done then.
      if (!util.arraysEqual(dy.shape, info.outShape)) return null;
      const pointers = {
        x: kind === "max" ? backend.pointer(input) : null,
        y: backend.pointer(dy),
      };
      const dx = backend.output(input.shape);
      const shape = poolShape(info);
      backend.run(
        `${kernelName}|${Object.values(shape).join()}`,
        { ...pointers, dx: backend.pointer(dx) },
        (plan, places) => {
          poolGradient(plan, kind, shape, places);
        },
      );
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

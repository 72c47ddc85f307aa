import { backend_util } from "@tensorflow/tfjs-core";
import type { ConvShape } from "../plans/conv-shape.ts";
import { memoized, type Unique } from "../runtime/key-table.ts";

/** The attributes that the convolution kernels of tfjs have in common. */
export interface ConvAttrs {
  readonly strides: [number, number] | number;
  readonly pad: "valid" | "same" | number | backend_util.ExplicitPadding;
  readonly dataFormat?: "NHWC" | "NCHW";
  readonly dilations?: [number, number] | number | null;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** The sizes of a convolution, or null where channels come first. */
export function convShape(
  xShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dataFormat, dilations, dimRoundingMode }: ConvAttrs,
  depthwise = false,
): Unique<ConvShape> | null {
  if (dataFormat === "NCHW") return null;
  // tf.depthwiseConv2d passes null on.
  const [dilation, mode] = [dilations ?? 1, dimRoundingMode];
  return shapeOf(xShape, filterShape, strides, dilation, pad, mode, depthwise);
}

const shapeOf = memoized(
  (
    xShape: readonly number[],
    filterShape: readonly number[],
    strides: ConvAttrs["strides"],
    dilations: [number, number] | number,
    pad: ConvAttrs["pad"],
    dimRoundingMode: ConvAttrs["dimRoundingMode"],
    depthwise: boolean,
  ): ConvShape => {
    const info = backend_util.computeConv2DInfo(
      xShape as [number, number, number, number],
      filterShape as [number, number, number, number],
      strides,
      dilations,
      pad,
      dimRoundingMode,
      depthwise,
    );
    return {
      batch: info.batchSize,
      inHeight: info.inHeight,
      inWidth: info.inWidth,
      inChannels: info.inChannels,
      outHeight: info.outHeight,
      outWidth: info.outWidth,
      outChannels: info.outChannels,
      filterHeight: info.filterHeight,
      filterWidth: info.filterWidth,
      strideHeight: info.strideHeight,
      strideWidth: info.strideWidth,
      dilationHeight: info.dilationHeight,
      dilationWidth: info.dilationWidth,
      padTop: info.padInfo.top,
      padLeft: info.padInfo.left,
    };
  },
);

/**
 * Whether `dy` is a gradient of the output of this convolution. tf.conv2dTranspose lets its caller
 * claim an output shape that does not follow from the input; only the cpu backend makes sense of it.
 */
export function isGradient(shape: ConvShape, dy: { readonly shape: readonly number[] }): boolean {
  const [batch, height, width, channels] = dy.shape;
  return (
    batch === shape.batch &&
    height === shape.outHeight &&
    width === shape.outWidth &&
    channels === shape.outChannels
  );
}

import { backend_util, util } from "@tensorflow/tfjs-core";
import type { MaxPoolAttrs } from "@tensorflow/tfjs-core";

/** Elements of the output that one task of a pooling kernel computes. */
const OUT_BLOCK = 8192;
/** Channels that one task of a pooling gradient covers. A multiple of 4. */
const CHANNELS = 32;

/** The sizes of a pooling of NHWC images of this shape. */
export function poolInfo(
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolAttrs,
): backend_util.Conv2DInfo {
  const images = shape as [number, number, number, number];
  return backend_util.computePool2DInfo(images, filterSize, strides, 1, pad, dimRoundingMode);
}

/**
 * Whether `dy` is a gradient of this pooling's output. tfjs loses the forward pass's rounding mode
 * on the way back; the cpu backend does what can be done then.
 */
export function isPoolGradient(
  info: backend_util.Conv2DInfo,
  dy: { readonly shape: number[] },
): boolean {
  return util.arraysEqual(dy.shape, info.outShape);
}

/** Words 3 to 14 of the pooling kernels of assembly/pool.ts. */
function sizes(info: backend_util.Conv2DInfo): number[] {
  return [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
    ...[info.outHeight, info.outWidth, info.filterHeight, info.filterWidth],
    ...[info.strideHeight, info.strideWidth, info.padInfo.top, info.padInfo.left],
  ];
}

/** Number of tasks and words of a pooling kernel from `x` to `out`. */
export function poolCall(
  info: backend_util.Conv2DInfo,
  x: number,
  out: number,
): [tasks: number, words: number[]] {
  const rows = Math.max(1, Math.floor(OUT_BLOCK / (info.outWidth * info.inChannels)));
  const tasks = Math.ceil((info.batchSize * info.outHeight) / rows);
  return [tasks, [x, out, 0, ...sizes(info), rows, 0]];
}

/** Number of tasks and words of a pooling gradient kernel from `dy` (and `x`) to `dx`. */
export function poolGradCall(
  info: backend_util.Conv2DInfo,
  x: number,
  dy: number,
  dx: number,
): [tasks: number, words: number[]] {
  const tasks = info.batchSize * Math.ceil(info.inChannels / CHANNELS);
  return [tasks, [x, dy, dx, ...sizes(info), CHANNELS, Number(tilesExactly(info))]];
}

/** Whether 2 x 2 windows tile the input, for which there are faster kernels. */
export function tilesBy2(info: backend_util.Conv2DInfo): boolean {
  return info.filterHeight === 2 && info.filterWidth === 2 && tilesExactly(info);
}

/** Number of tasks and words of the gradient kernel for such windows. */
export function pool2x2GradCall(
  info: backend_util.Conv2DInfo,
  x: number,
  dy: number,
  dx: number,
): [tasks: number, words: number[]] {
  const rows = Math.max(1, Math.floor(OUT_BLOCK / (4 * info.outWidth * info.inChannels)));
  const tasks = Math.ceil((info.batchSize * info.outHeight) / rows);
  return [tasks, [x, dy, dx, ...sizes(info), rows]];
}

/** Whether the cpu backend returns the input as it is; with padding and strides, that is a choice. */
export function isIdentity(info: backend_util.Conv2DInfo): boolean {
  const { filterHeight, filterWidth, inShape, outShape } = info;
  return filterHeight * filterWidth === 1 && util.arraysEqual(inShape, outShape);
}

/** Whether every element of the input is in exactly one window. */
function tilesExactly(info: backend_util.Conv2DInfo): boolean {
  const { strideHeight, strideWidth, filterHeight, filterWidth, padInfo } = info;
  return (
    strideHeight === filterHeight &&
    strideWidth === filterWidth &&
    padInfo.top === 0 &&
    padInfo.left === 0 &&
    info.outHeight * filterHeight === info.inHeight &&
    info.outWidth * filterWidth === info.inWidth
  );
}

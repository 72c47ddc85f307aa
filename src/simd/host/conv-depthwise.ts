import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "./backend.ts";
import type { ConvShape } from "./conv-shape.ts";

/** Elements that a task covers; the filter's gradient is summed in at most so many chunks. */
const BLOCK = 8192;
const MAXIMUM_CHUNKS = 64;

/** Words 4 to 16 of the kernels of assembly/depthwise.ts; channels count after repetition. */
function sizes(shape: ConvShape): number[] {
  return [
    ...[shape.inHeight, shape.inWidth, shape.outChannels, shape.outHeight, shape.outWidth],
    ...[shape.filterHeight, shape.filterWidth, shape.strideHeight, shape.strideWidth],
    ...[shape.dilationHeight, shape.dilationWidth, shape.padTop, shape.padLeft],
  ];
}

/** Calls `use` with x's channels repeated as often as the filter has outputs for each. */
function withRepeated(
  backend: SimdBackend,
  shape: ConvShape,
  x: number,
  use: (repeated: number) => void,
): void {
  const times = shape.outChannels / shape.inChannels;
  if (times === 1) {
    use(x);
    return;
  }
  const pixels = shape.batch * shape.inHeight * shape.inWidth;
  const perTask = Math.ceil(BLOCK / shape.outChannels);
  backend.withBuffer(pixels * shape.outChannels * 4, (repeated) => {
    backend.run("depthwise_repeat_f32", Math.ceil(pixels / perTask), [
      ...[x, repeated, pixels, shape.inChannels, times, perTask],
    ]);
    use(repeated);
  });
}

/** y = x * filter (+ bias, then the activation), each channel by itself. */
export function depthwiseConv2D(
  backend: SimdBackend,
  shape: ConvShape,
  {
    x,
    filter,
    bias,
    relu = false,
  }: { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo | undefined; relu?: boolean },
): TensorInfo {
  const { batch, outHeight, outWidth, outChannels } = shape;
  const y = backend.output([batch, outHeight, outWidth, outChannels]);
  if (util.sizeFromShape(y.shape) === 0) return y;
  const rows = batch * outHeight;
  const perTask = Math.ceil(BLOCK / (outWidth * outChannels));
  withRepeated(backend, shape, backend.pointer(x), (repeated) => {
    backend.run("depthwise_conv2d_f32", Math.ceil(rows / perTask), [
      ...[repeated, backend.pointer(filter), bias ? backend.pointer(bias) : 0, backend.pointer(y)],
      ...[...sizes(shape), perTask, rows, Number(relu)],
    ]);
  });
  return y;
}

/** The gradient with respect to x. */
export function depthwiseInputGradient(
  backend: SimdBackend,
  shape: ConvShape,
  dy: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  const { batch, inHeight, inWidth, inChannels, outChannels } = shape;
  const dx = backend.output([batch, inHeight, inWidth, inChannels]);
  if (util.sizeFromShape(dx.shape) === 0) return dx;
  const rows = batch * inHeight;
  const perTask = Math.ceil(BLOCK / (inWidth * outChannels));
  const collect = (target: number): void => {
    backend.run("depthwise_conv2d_input_gradient_f32", Math.ceil(rows / perTask), [
      ...[backend.pointer(dy), backend.pointer(filter), 0, target, ...sizes(shape), perTask, rows],
    ]);
  };
  if (inChannels === outChannels) {
    collect(backend.pointer(dx));
    return dx;
  }
  const pixels = rows * inWidth;
  const pixelsPerTask = Math.ceil(BLOCK / outChannels);
  backend.withBuffer(pixels * outChannels * 4, (repeated) => {
    collect(repeated);
    backend.run("depthwise_repeat_sum_f32", Math.ceil(pixels / pixelsPerTask), [
      ...[repeated, backend.pointer(dx), pixels, inChannels, outChannels / inChannels],
      pixelsPerTask,
    ]);
  });
  return dx;
}

/** The gradient with respect to the filter. */
export function depthwiseFilterGradient(
  backend: SimdBackend,
  shape: ConvShape,
  x: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const { filterHeight, filterWidth, inChannels, outChannels } = shape;
  const times = outChannels / inChannels;
  const dfilter = backend.output([filterHeight, filterWidth, inChannels, times]);
  if (util.sizeFromShape(dfilter.shape) === 0) return dfilter;
  const rows = shape.batch * shape.outHeight;
  const perChunk = Math.max(
    Math.ceil(rows / MAXIMUM_CHUNKS),
    Math.ceil(BLOCK / Math.max(1, shape.outWidth * outChannels)),
  );
  const chunks = Math.ceil(rows / perChunk);
  const taps = filterHeight * filterWidth;
  const pitch = Math.ceil(outChannels / 4) * 4;
  withRepeated(backend, shape, backend.pointer(x), (repeated) => {
    backend.withBuffer(Math.max(1, chunks) * taps * pitch * 4, (sums) => {
      backend.run("depthwise_conv2d_filter_gradient_f32", chunks, [
        ...[repeated, backend.pointer(dy), 0, sums, ...sizes(shape), perChunk, rows],
      ]);
      backend.run("depthwise_filter_gradient_sum_f32", taps, [
        ...[sums, backend.pointer(dfilter), taps, outChannels, chunks],
      ]);
    });
  });
  return dfilter;
}

import type { ConvShape } from "./conv-shape.ts";
import type { Place, PlanWriter } from "./plan.ts";
import { roundUp } from "./sizes.ts";

/** Elements that a task covers; the filter's gradient is summed in at most so many chunks. */
const BLOCK = 8192;
const MAXIMUM_CHUNKS = 64;

/** What a plan adds to a convolution's sizes; channels count after repetition. */
function sizes(shape: ConvShape): ConvShape & Record<"height" | "width" | "channels", number> {
  const { inHeight: height, inWidth: width, outChannels: channels } = shape;
  return { ...shape, height, width, channels };
}

/** x with its channels repeated as often as the filter has outputs for each. */
function repeated(plan: PlanWriter, shape: ConvShape, x: Place): Place {
  const { inChannels: channels, outChannels } = shape;
  const times = outChannels / channels;
  if (times === 1) return x;
  const pixels = shape.batch * shape.inHeight * shape.inWidth;
  const perTask = Math.ceil(BLOCK / outChannels);
  const out = plan.temporary(pixels * outChannels * 4);
  const words = { x, out, pixels, channels, times, perTask };
  plan.call("depthwise_repeat_f32", Math.ceil(pixels / perTask), words);
  return out;
}

/** y = x * filter (+ bias, then max(y, 0) if `relu`), each channel by itself. */
export function depthwiseConv2D(
  plan: PlanWriter,
  shape: ConvShape,
  { x, ...places }: { x: Place; filter: Place; bias: Place | null; y: Place },
  relu: boolean,
): void {
  const rows = shape.batch * shape.outHeight;
  const perTask = Math.ceil(BLOCK / (shape.outWidth * shape.outChannels));
  plan.call("depthwise_conv2d_f32", Math.ceil(rows / perTask), {
    ...{ x: repeated(plan, shape, x), ...places, ...sizes(shape), perTask, rows, relu },
  });
}

/** The gradient with respect to x. */
export function depthwiseInputGradient(
  plan: PlanWriter,
  shape: ConvShape,
  { dy, filter, dx }: Record<"dy" | "filter" | "dx", Place>,
): void {
  const { inWidth, inChannels: channels, outChannels } = shape;
  const rows = shape.batch * shape.inHeight;
  const perTask = Math.ceil(BLOCK / (inWidth * outChannels));
  const pixels = rows * inWidth;
  const repeats = channels !== outChannels;
  const target = repeats ? plan.temporary(pixels * outChannels * 4) : dx;
  plan.call("depthwise_conv2d_input_gradient_f32", Math.ceil(rows / perTask), {
    ...{ dy, filter, dx: target, ...sizes(shape), perTask, rows },
  });
  if (!repeats) return;
  const pixelsPerTask = Math.ceil(BLOCK / outChannels);
  plan.call("depthwise_repeat_sum_f32", Math.ceil(pixels / pixelsPerTask), {
    ...{ x: target, out: dx, pixels, channels, times: outChannels / channels },
    perTask: pixelsPerTask,
  });
}

/** The gradient with respect to the filter. */
export function depthwiseFilterGradient(
  plan: PlanWriter,
  shape: ConvShape,
  { x, dy, dfilter }: Record<"x" | "dy" | "dfilter", Place>,
): void {
  const { filterHeight, filterWidth, outWidth, outChannels: channels } = shape;
  const rows = shape.batch * shape.outHeight;
  const perTask = Math.max(
    Math.ceil(rows / MAXIMUM_CHUNKS),
    Math.ceil(BLOCK / Math.max(1, outWidth * channels)),
  );
  const chunks = Math.ceil(rows / perTask);
  const taps = filterHeight * filterWidth;
  const sums = plan.temporary(Math.max(1, chunks) * taps * roundUp(channels, 4) * 4);
  plan.call("depthwise_conv2d_filter_gradient_f32", chunks, {
    ...{ x: repeated(plan, shape, x), dy, sums, ...sizes(shape), perTask, rows },
  });
  plan.call("depthwise_filter_gradient_sum_f32", taps, { sums, dfilter, taps, channels, chunks });
}

import type { ConvShape } from "./conv-shape.ts";
import { fill } from "./element-wise.ts";
import { type Epilogue, NO_EPILOGUE } from "./epilogue.ts";
import type { Place, PlanWriter, WordsOf } from "./plan.ts";
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

/** y = x * filter, then the epilogue, each channel by itself. */
export function depthwiseConv2D(
  plan: PlanWriter,
  shape: ConvShape,
  { x, filter, y }: Record<"x" | "filter" | "y", Place>,
  epilogue: Epilogue,
): void {
  const { outHeight, outWidth, outChannels, filterWidth } = shape;
  const toPixel = outChannels * 4;
  convolve(plan, sizes(shape), {
    ...{ x: repeated(plan, shape, x), filter, y, ...epilogue },
    ...{ fromTap: toPixel, fromTapRow: filterWidth * toPixel },
    ...{ toImage: outHeight * outWidth * toPixel, toRow: outWidth * toPixel, toPixel },
  });
}

type Words = WordsOf<"depthwise_conv2d_f32">;

function convolve(
  plan: PlanWriter,
  shape: ReturnType<typeof sizes>,
  words: Omit<Words, keyof typeof shape | "perTask" | "rows">,
): void {
  const rows = shape.batch * shape.outHeight;
  const perTask = Math.ceil(BLOCK / (shape.outWidth * shape.channels));
  const tasks = Math.ceil(rows / perTask);
  plan.call("depthwise_conv2d_f32", tasks, { ...shape, ...words, perTask, rows });
}

/**
 * The gradient with respect to x. Inputs whose row and column have the same remainders modulo the
 * strides are seen by the same taps: of each such phase it is a convolution of dy with stride 1, by
 * the phase's taps from the last to the first.
 */
export function depthwiseInputGradient(
  plan: PlanWriter,
  shape: ConvShape,
  { dy, filter, dx }: Record<"dy" | "filter" | "dx", Place>,
): void {
  const { batch, inHeight, inWidth, inChannels, outChannels } = shape;
  const pixels = batch * inHeight * inWidth;
  const repeats = inChannels !== outChannels;
  const target = repeats ? plan.temporary(pixels * outChannels * 4) : dx;
  const rows = phases(inHeight, shape.filterHeight, shape, "Height");
  const columns = phases(inWidth, shape.filterWidth, shape, "Width");
  if ([...rows, ...columns].some(({ taps }) => taps === 0)) {
    // No output sees the inputs of such a phase.
    fill(plan, 4, pixels * outChannels, target, 0);
  }
  const pixel = outChannels * 4;
  const row = inWidth * pixel;
  for (const vertical of rows.filter(({ taps }) => taps > 0)) {
    for (const across of columns.filter(({ taps }) => taps > 0)) {
      const size = {
        ...{ ...shape, channels: outChannels, height: shape.outHeight, width: shape.outWidth },
        ...{ outHeight: vertical.size, outWidth: across.size },
        ...{ filterHeight: vertical.taps, filterWidth: across.taps },
        ...{ strideHeight: 1, strideWidth: 1 },
        ...{ dilationHeight: vertical.dilation, dilationWidth: across.dilation },
        ...{ padTop: vertical.pad, padLeft: across.pad },
      };
      convolve(plan, size, {
        ...{ x: dy, ...NO_EPILOGUE },
        filter: filter.plus((vertical.last * shape.filterWidth + across.last) * pixel),
        ...{
          fromTapRow: -vertical.step * shape.filterWidth * pixel,
          fromTap: -across.step * pixel,
        },
        y: target.plus(vertical.phase * row + across.phase * pixel),
        ...{ toImage: inHeight * row, toRow: shape.strideHeight * row },
        toPixel: shape.strideWidth * pixel,
      });
    }
  }
  if (!repeats) return;
  const perTask = Math.ceil(BLOCK / outChannels);
  const words = { channels: inChannels, times: outChannels / inChannels, perTask };
  const tasks = Math.ceil(pixels / perTask);
  plan.call("depthwise_repeat_sum_f32", tasks, { x: target, out: dx, pixels, ...words });
}

/** Along one axis, inputs of one remainder modulo the stride, and the taps that see them. */
interface Phase {
  readonly phase: number;
  /** How many inputs that are. */
  readonly size: number;
  readonly taps: number;
  /** The last of the taps; they lie `step` apart. */
  readonly last: number;
  readonly step: number;
  /** Of the convolution of the gradient with these taps, the last first. */
  readonly dilation: number;
  readonly pad: number;
}

function phases(
  inputs: number,
  filter: number,
  shape: ConvShape,
  axis: "Height" | "Width",
): Phase[] {
  const stride = shape[`stride${axis}`];
  const dilation = shape[`dilation${axis}`];
  const pad = axis === "Height" ? shape.padTop : shape.padLeft;
  return Array.from({ length: Math.min(stride, inputs) }, (_, phase) => {
    const all = Array.from({ length: filter }, (_, tap) => tap);
    // Output o sees input phase + stride i by tap t where o stride = phase + stride i + pad - t dilation.
    const taps = all.filter((tap) => (phase + pad - tap * dilation) % stride === 0);
    const [first = 0, second = first + 1] = taps;
    const last = taps.at(-1) ?? 0;
    const step = second - first;
    return {
      ...{ phase, size: Math.ceil((inputs - phase) / stride), taps: taps.length, last, step },
      dilation: taps.length > 1 ? (step * dilation) / stride : 1,
      pad: -(phase + pad - last * dilation) / stride,
    };
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

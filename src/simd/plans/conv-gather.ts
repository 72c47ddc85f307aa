import { CONSTANTS } from "../schema/constants.ts";
import type { ConvShape } from "./conv-shape.ts";
import { fill } from "./element-wise.ts";
import type { Place, PlanWriter } from "./plan.ts";
import { roundUp } from "./sizes.ts";

/** Pixels that one task multiplies together. */
const PIXELS = 96;
/** Few blocks of pixels are cut into blocks of panels, each of so many products at least. */
const WANTED_TASKS = 32;
const MINIMUM_PRODUCTS = 1 << 18;
/** The filter's gradient is summed in at most so many chunks, each of at least so many pixels. */
const MAXIMUM_CHUNKS = 16;
const MINIMUM_CHUNK = 512;
const CHUNK_BLOCK = 256;

/** How a product of so many pixels, channels and steps is cut: by panels of channels, too. */
function cut(
  pixels: number,
  channels: number,
  depth: number,
): { tasks: number; perTask: number; panelsPerTask: number; panelBlocks: number } {
  const pixelBlocks = Math.ceil(pixels / PIXELS);
  const panels = Math.ceil(channels / 8);
  const wanted = Math.min(WANTED_TASKS, Math.floor((pixels * channels * depth) / MINIMUM_PRODUCTS));
  const blocks = Math.max(1, Math.min(panels, Math.ceil(wanted / pixelBlocks)));
  const panelsPerTask = Math.ceil(panels / blocks);
  const panelBlocks = Math.ceil(panels / panelsPerTask);
  return { tasks: pixelBlocks * panelBlocks, perTask: PIXELS, panelsPerTask, panelBlocks };
}

/** A stack of images in memory. */
interface Images {
  readonly at: Place;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A position of the filter: rows and columns away from the pixel, and its index in the filter. */
interface Tap {
  readonly row: number;
  readonly column: number;
  readonly index: number;
}

/** Whether the tables and blocks of the general path fit in the scratch memory, also backward. */
export function fitsGather(shape: ConvShape): boolean {
  const channels = Math.max(shape.inChannels, shape.outChannels);
  const depth = shape.filterHeight * shape.filterWidth * channels;
  const bytes = depth * 4 + PIXELS * (8 + roundUp(channels, 8) * 4) + CHUNK_BLOCK * 4;
  return bytes <= CONSTANTS.SCRATCH_BYTES;
}

/**
 * The images surrounded by zeros, so that rows from -top to height + bottom - 1 exist, and the first
 * pixel of the first image as it would be without padding.
 */
function padded(
  plan: PlanWriter,
  batch: number,
  images: Images,
  pads: { top: number; bottom: number; left: number; right: number },
): Images & { origin: Place } {
  const { at: x, height, width, channels } = images;
  const top = Math.max(0, pads.top);
  const left = Math.max(0, pads.left);
  const outHeight = height + top + Math.max(0, pads.bottom);
  const outWidth = width + left + Math.max(0, pads.right);
  if (outHeight === height && outWidth === width) return { ...images, origin: x };
  const out = plan.temporary(batch * outHeight * outWidth * channels * 4);
  plan.call("conv2d_pad_f32", batch * outHeight, {
    ...{ x, out, height, width, channels, outHeight, outWidth, top, left },
  });
  const origin = out.plus((top * outWidth + left) * channels * 4);
  return { at: out, height: outHeight, width: outWidth, channels, origin };
}

/** A table of the distances in bytes from a pixel to each channel under each tap. */
function stepsTo(plan: PlanWriter, taps: readonly Tap[], { width, channels }: Images): Place {
  const steps = taps.flatMap(({ row, column }) => {
    const first = (row * width + column) * channels * 4;
    return Array.from({ length: channels }, (_, channel) => first + channel * 4);
  });
  return plan.table(steps);
}

/** The filter [taps, ...] of `columns` columns in panels, of each listed tap `rows` rows. */
function packed(
  plan: PlanWriter,
  filter: Place,
  taps: readonly Tap[],
  { rows, columns, transposed }: { rows: number; columns: number; transposed: boolean },
): Place {
  const indices = taps.map(({ index }) => index);
  const bytes = taps.length * rows * roundUp(columns, 8) * 4;
  const name = `panels${transposed ? ", transposed" : ""}, taps ${indices.join()}`;
  return plan.prepared(name, filter, bytes, (panels) => {
    plan.call("conv2d_pack_filter_f32", Math.ceil(columns / 8), {
      ...{ filter, panels, rows, columns, transposed, taps: taps.length },
      indices: plan.table(indices),
    });
  });
}

/** The taps of a forward convolution, relative to the pixel at (row, column) * stride. */
function forwardTaps(shape: ConvShape): Tap[] {
  const taps: Tap[] = [];
  for (let row = 0; row < shape.filterHeight; row++) {
    for (let column = 0; column < shape.filterWidth; column++) {
      taps.push({
        row: row * shape.dilationHeight - shape.padTop,
        column: column * shape.dilationWidth - shape.padLeft,
        index: row * shape.filterWidth + column,
      });
    }
  }
  return taps;
}

/** Rows and columns of padding that the taps need around images of this size. */
function padsFor(
  taps: readonly Tap[],
  { height, width }: { height: number; width: number },
  lastRow: number,
  lastColumn: number,
): { top: number; bottom: number; left: number; right: number } {
  const rows = taps.map(({ row }) => row);
  const columns = taps.map(({ column }) => column);
  return {
    top: -Math.min(...rows),
    bottom: lastRow + Math.max(...rows) - (height - 1),
    left: -Math.min(...columns),
    right: lastColumn + Math.max(...columns) - (width - 1),
  };
}

/** x as the windows of a forward convolution see it, and where its pixels lie. */
function windows(
  plan: PlanWriter,
  shape: ConvShape,
  x: Place,
): { x: Images & { origin: Place }; taps: Tap[]; pixels: number; words: Pixels } {
  const { batch, outHeight, outWidth, strideHeight, strideWidth, inChannels: channels } = shape;
  const images = { at: x, height: shape.inHeight, width: shape.inWidth, channels };
  const taps = forwardTaps(shape);
  const pads = padsFor(taps, images, (outHeight - 1) * strideHeight, (outWidth - 1) * strideWidth);
  const around = padded(plan, batch, images, pads);
  const row = around.width * channels * 4;
  const pixels = batch * outHeight * outWidth;
  const words = {
    ...{ x: around.origin, steps: stepsTo(plan, taps, around), depth: taps.length * channels },
    ...{ pixels, rows: outHeight, columns: outWidth, fromImage: around.height * row },
    ...{ fromRow: strideHeight * row, fromPixel: strideWidth * channels * 4 },
  };
  return { x: around, taps, pixels, words };
}

/** Where the pixels of a product lie in x, and how far its columns are from a pixel. */
interface Pixels {
  readonly x: Place;
  readonly steps: Place;
  readonly depth: number;
  readonly pixels: number;
  readonly rows: number;
  readonly columns: number;
  readonly fromImage: number;
  readonly fromRow: number;
  readonly fromPixel: number;
}

/** y = x * filter (+ bias, then max(y, 0) if `relu`), for any convolution. */
export function gatherConv2D(
  plan: PlanWriter,
  shape: ConvShape,
  { x, filter, bias, y }: { x: Place; filter: Place; bias: Place | null; y: Place },
  relu: boolean,
): void {
  const { inChannels, outHeight, outWidth, outChannels: channels } = shape;
  const { taps, pixels, words } = windows(plan, shape, x);
  const sizes = { rows: inChannels, columns: channels, transposed: false };
  const panels = packed(plan, filter, taps, sizes);
  const toPixel = channels * 4;
  const toRow = outWidth * toPixel;
  const { tasks, ...cuts } = cut(pixels, channels, words.depth);
  plan.call("conv2d_f32", tasks, {
    ...{ ...words, panels, bias, out: y, channels, relu },
    ...{ toImage: outHeight * toRow, toRow, toPixel, ...cuts },
  });
}

/** Along one axis: the taps that reach inputs of this phase, and how far their outputs are away. */
function phaseTaps(
  phase: number,
  size: number,
  stride: number,
  dilation: number,
  pad: number,
): { tap: number; offset: number }[] {
  const found: { tap: number; offset: number }[] = [];
  for (let tap = 0; tap < size; tap++) {
    const distance = phase + pad - tap * dilation;
    if (distance % stride === 0) found.push({ tap, offset: distance / stride });
  }
  return found;
}

/** Inputs whose row and column have these remainders modulo the strides: the same taps see them. */
interface Phase {
  readonly top: number;
  readonly left: number;
  readonly taps: readonly Tap[];
}

function phases(shape: ConvShape): Phase[] {
  const found: Phase[] = [];
  for (let top = 0; top < Math.min(shape.strideHeight, shape.inHeight); top++) {
    const { filterHeight, strideHeight, dilationHeight, padTop } = shape;
    const down = phaseTaps(top, filterHeight, strideHeight, dilationHeight, padTop);
    for (let left = 0; left < Math.min(shape.strideWidth, shape.inWidth); left++) {
      const { filterWidth, strideWidth, dilationWidth, padLeft } = shape;
      const across = phaseTaps(left, filterWidth, strideWidth, dilationWidth, padLeft);
      const taps = down.flatMap((y) =>
        across.map((x) => ({
          row: y.offset,
          column: x.offset,
          index: y.tap * filterWidth + x.tap,
        })),
      );
      found.push({ top, left, taps });
    }
  }
  return found;
}

/** dx of any convolution: for each phase of the inputs, a convolution of dy with stride 1. */
export function gatherInputGradient(
  plan: PlanWriter,
  shape: ConvShape,
  places: Record<"dy" | "filter" | "dx", Place>,
): void {
  const { batch, inHeight, inWidth, inChannels } = shape;
  const all = phases(shape);
  if (all.some(({ taps }) => taps.length === 0)) {
    // No output sees the inputs of such a phase.
    fill(plan, 4, batch * inHeight * inWidth * inChannels, places.dx, 0);
  }
  for (const phase of all) {
    if (phase.taps.length > 0) {
      plan.block(() => {
        phaseGradient(plan, shape, places, phase);
      });
    }
  }
}

function phaseGradient(
  plan: PlanWriter,
  shape: ConvShape,
  { dy, filter, dx }: Record<"dy" | "filter" | "dx", Place>,
  { top, left, taps }: Phase,
): void {
  const { batch, inHeight, inWidth, inChannels, outChannels, strideHeight, strideWidth } = shape;
  const images = { at: dy, height: shape.outHeight, width: shape.outWidth, channels: outChannels };
  const rows = Math.ceil((inHeight - top) / strideHeight);
  const columns = Math.ceil((inWidth - left) / strideWidth);
  const pixels = batch * rows * columns;
  const inPixel = inChannels * 4;
  const inRow = inWidth * inPixel;
  const around = padded(plan, batch, images, padsFor(taps, images, rows - 1, columns - 1));
  const steps = stepsTo(plan, taps, around);
  const sizes = { rows: outChannels, columns: inChannels, transposed: true };
  const panels = packed(plan, filter, taps, sizes);
  const row = around.width * outChannels * 4;
  const { tasks, ...cuts } = cut(pixels, inChannels, taps.length * outChannels);
  plan.call("conv2d_f32", tasks, {
    ...{ x: around.origin, steps, panels, bias: null, out: dx.plus(top * inRow + left * inPixel) },
    ...{ depth: taps.length * outChannels, channels: inChannels, relu: false },
    ...{ pixels, rows, columns },
    ...{ fromImage: around.height * row, fromRow: row, fromPixel: outChannels * 4 },
    ...{ toImage: inHeight * inRow, toRow: strideHeight * inRow, toPixel: strideWidth * inPixel },
    ...cuts,
  });
}

/** dfilter of any convolution. */
export function gatherFilterGradient(
  plan: PlanWriter,
  shape: ConvShape,
  { x, dy, dfilter }: Record<"x" | "dy" | "dfilter", Place>,
): void {
  const { outChannels: channels } = shape;
  const { pixels, words } = windows(plan, shape, x);
  const { depth } = words;
  const atLeast = roundUp(Math.ceil(pixels / MAXIMUM_CHUNKS), CHUNK_BLOCK);
  const perChunk = Math.max(MINIMUM_CHUNK, atLeast);
  const chunks = Math.ceil(pixels / perChunk);
  const pitch = roundUp(channels, 8);
  const sums = plan.temporary(chunks * depth * pitch * 4);
  plan.call("conv2d_filter_gradient_f32", chunks, {
    ...{ ...words, dy, sums, channels, perChunk, perBlock: CHUNK_BLOCK },
  });
  const perTask = Math.max(1, Math.floor(4096 / (pitch * chunks)));
  plan.call("conv2d_filter_gradient_sum_f32", Math.ceil(depth / perTask), {
    ...{ sums, dfilter, depth, channels, chunks, perTask },
  });
}

import { CONSTANTS } from "../schema/constants.ts";
import { type Axis, axesOf, type ConvShape } from "./conv-shape.ts";
import { fill } from "./element-wise.ts";
import { type Epilogue, NO_EPILOGUE } from "./epilogue.ts";
import { panelsOf } from "./panels.ts";
import type { Place, PlanWriter } from "./plan.ts";
import { roundUp } from "./sizes.ts";

/** Pixels that one task multiplies together. */
const PIXELS = 96;
/** Few blocks of pixels are cut into blocks of panels, each of so many products at least. */
const WANTED_TASKS = 32;
const MINIMUM_PRODUCTS = 1 << 18;
/** The filter's gradient is cut by its rows, and where they are few into chunks of so many pixels at least. */
const MAXIMUM_CHUNKS = 16;
const MINIMUM_CHUNK = 512;
const CHUNK_BLOCK = 128;
/** Rows of the filter's gradient that one task computes. */
const GRADIENT_ROWS = 96;

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

/** Sizes of volumes: slices, rows and columns of pixels; images have one slice. */
type Sizes = readonly [slices: number, rows: number, columns: number];

/** A stack of volumes in memory. */
interface Volumes {
  readonly at: Place;
  readonly sizes: Sizes;
  readonly channels: number;
}

/** A position of the filter: how far it is from the pixel along each axis, and its index in it. */
interface Tap {
  readonly offsets: Sizes;
  readonly index: number;
}

/** Whether the blocks of the general path fit in the scratch memory, also backward. */
export function fitsGather({ inChannels, outChannels }: ConvShape): boolean {
  const forward = PIXELS * (8 + roundUp(Math.max(inChannels, outChannels), 8) * 4);
  const packed = roundUp(outChannels, 8) * (CHUNK_BLOCK * 4 + 8);
  const backward = CHUNK_BLOCK * (4 + (GRADIENT_ROWS + 4) * 4) + packed;
  return Math.max(forward, backward) <= CONSTANTS.SCRATCH_BYTES;
}

/** Of each pair of positions along the axes, the last one running first, what `make` makes. */
function everyTap(
  choices: readonly (readonly { tap: number; offset: number }[])[],
  axes: readonly Axis[],
): Tap[] {
  const [slices, rows, columns] = choices;
  return slices.flatMap((slice) =>
    rows.flatMap((row) =>
      columns.map((column) => ({
        offsets: [slice.offset, row.offset, column.offset] as const,
        index: (slice.tap * axes[1].filter + row.tap) * axes[2].filter + column.tap,
      })),
    ),
  );
}

/** The taps of a forward convolution, relative to the pixel at its position times the strides. */
function forwardTaps(axes: readonly Axis[]): Tap[] {
  const choices = axes.map(({ filter, dilation, pad }) =>
    Array.from({ length: filter }, (_, tap) => ({ tap, offset: tap * dilation - pad })),
  );
  return everyTap(choices, axes);
}

/**
 * The volumes surrounded by zeros, so that the taps of pixels up to `last` along each axis fall inside;
 * and the first pixel of the first volume as it would be without padding.
 */
function padded(
  plan: PlanWriter,
  batch: number,
  { at: x, sizes, channels }: Volumes,
  taps: readonly Tap[],
  last: Sizes,
): Volumes & { origin: Place } {
  const pads = sizes.map((size, axis) => {
    const offsets = taps.map((tap) => tap.offsets[axis]);
    const before = Math.max(0, -Math.min(...offsets));
    const after = Math.max(0, last[axis] + Math.max(...offsets) - (size - 1));
    return { before, after };
  });
  if (pads.every(({ before, after }) => before + after === 0)) {
    return { at: x, sizes, channels, origin: x };
  }
  const [slices, height, width] = sizes;
  const [depthPad, { before: top }, { before: left }] = pads;
  const all = pads.map(({ before, after }, axis) => before + sizes[axis] + after);
  const outside = [all[0], all[1], all[2]] as const;
  const [outSlices, outHeight, outWidth] = outside;
  const slice = outHeight * outWidth * channels;
  const out = plan.temporary(batch * outSlices * slice * 4);
  const words = { height, width, channels, outHeight, outWidth, top, left };
  // Where slices need no padding, the slices of all volumes are one stack of images.
  const calls = slices === outSlices ? 1 : batch;
  const images = (batch * slices) / calls;
  for (let call = 0; call < calls; call++) {
    const from = x.plus(call * slices * height * width * channels * 4);
    const to = out.plus(call * outSlices * slice * 4);
    const inside = to.plus(depthPad.before * slice * 4);
    fill(plan, 4, depthPad.before * slice, to, 0);
    const outRows = images * outHeight;
    const perTask = Math.max(1, Math.ceil(outRows / WANTED_TASKS));
    const rows = { x: from, out: inside, outRows, perTask };
    plan.call("conv2d_pad_f32", Math.ceil(outRows / perTask), { ...rows, ...words });
    fill(plan, 4, depthPad.after * slice, inside.plus(images * slice * 4), 0);
  }
  const first = (depthPad.before * outHeight + top) * outWidth + left;
  return { at: out, sizes: outside, channels, origin: out.plus(first * channels * 4) };
}

/** Bytes from one pixel to the next where a single tap sees all of them one behind the other; else 0. */
function matrixPitch(taps: readonly Tap[], { rows, columns, ...from }: Pixels): number {
  const follows =
    from.fromRow === columns * from.fromPixel && from.fromImage === rows * from.fromRow;
  return taps.length === 1 && follows ? from.fromPixel : 0;
}

/** A table of the distances in bytes from a pixel to each channel under each tap. */
function stepsTo(plan: PlanWriter, taps: readonly Tap[], { sizes, channels }: Volumes): Place {
  const steps = taps.flatMap(({ offsets: [slice, row, column] }) => {
    const first = ((slice * sizes[1] + row) * sizes[2] + column) * channels * 4;
    return Array.from({ length: channels }, (_, channel) => first + channel * 4);
  });
  return plan.table(steps);
}

/** Pixels whose windows one call multiplies, and where they lie in x. */
interface Pixels {
  readonly x: Place;
  readonly pixels: number;
  readonly rows: number;
  readonly columns: number;
  readonly fromImage: number;
  readonly fromRow: number;
  readonly fromPixel: number;
}

/**
 * The pixels of `counts` along each axis, `strides` apart, of each volume: those of images make one call,
 * of volumes with several slices each makes its own.
 */
function pixelsOf(
  batch: number,
  { origin, sizes, channels }: Volumes & { origin: Place },
  [slices, rows, columns]: Sizes,
  strides: Sizes,
): Pixels[] {
  const row = sizes[2] * channels * 4;
  const slice = sizes[1] * row;
  const shared = { rows, columns, fromRow: strides[1] * row, fromPixel: strides[2] * channels * 4 };
  if (slices === 1 && sizes[0] === 1) {
    return [{ x: origin, pixels: batch * rows * columns, fromImage: slice, ...shared }];
  }
  return Array.from({ length: batch }, (_, volume) => ({
    ...{ x: origin.plus(volume * sizes[0] * slice), pixels: slices * rows * columns },
    ...{ fromImage: strides[0] * slice, ...shared },
  }));
}

const sizesOf = (axes: readonly Axis[], of: (axis: Axis) => number): Sizes => [
  of(axes[0]),
  of(axes[1]),
  of(axes[2]),
];

/** x as the windows of a forward convolution see it. */
function windows(
  plan: PlanWriter,
  shape: ConvShape,
  x: Place,
): { taps: Tap[]; depth: number; steps: Place; calls: Pixels[] } {
  const axes = axesOf(shape);
  const taps = forwardTaps(axes);
  const volumes = { at: x, sizes: sizesOf(axes, ({ from }) => from), channels: shape.inChannels };
  const last = sizesOf(axes, ({ to, stride }) => (to - 1) * stride);
  const around = padded(plan, shape.batch, volumes, taps, last);
  const counts = sizesOf(axes, ({ to }) => to);
  const calls = pixelsOf(
    shape.batch,
    around,
    counts,
    sizesOf(axes, ({ stride }) => stride),
  );
  const steps = stepsTo(plan, taps, around);
  return { taps, depth: taps.length * shape.inChannels, steps, calls };
}

/** y = x * filter, then the epilogue, for any convolution. */
export function gatherConv2D(
  plan: PlanWriter,
  shape: ConvShape,
  { x, filter, y }: Record<"x" | "filter" | "y", Place>,
  epilogue: Epilogue,
): void {
  const { inChannels, outHeight, outWidth, outChannels: channels } = shape;
  const { taps, depth, steps, calls } = windows(plan, shape, x);
  const indices = taps.map(({ index }) => index);
  const sizes = { rows: inChannels, columns: channels, transposed: false };
  const panels = panelsOf(plan, filter, { ...sizes, indices });
  const toPixel = channels * 4;
  const toRow = outWidth * toPixel;
  calls.forEach((words, call) => {
    const { tasks, ...cuts } = cut(words.pixels, channels, depth);
    plan.call("conv2d_f32", tasks, {
      ...{ ...words, steps, panels, ...epilogue, out: y.plus(call * words.pixels * toPixel) },
      ...{ depth, channels, toImage: outHeight * toRow, toRow, toPixel, ...cuts },
      matrixPitch: matrixPitch(taps, words),
    });
  });
}

/** Inputs whose position has this remainder modulo the stride: the same taps see them. */
interface AxisPhase {
  readonly phase: number;
  readonly choices: readonly { tap: number; offset: number }[];
}

/** The phases along one axis, and how far the outputs of their taps are away. */
function axisPhases({ from, filter, stride, dilation, pad }: Axis): AxisPhase[] {
  return Array.from({ length: Math.min(stride, from) }, (_, phase) => {
    const choices: { tap: number; offset: number }[] = [];
    for (let tap = 0; tap < filter; tap++) {
      const distance = phase + pad - tap * dilation;
      if (distance % stride === 0) choices.push({ tap, offset: distance / stride });
    }
    return { phase, choices };
  });
}

/** dx of any convolution: for each phase of the inputs, a convolution of dy with stride 1. */
export function gatherInputGradient(
  plan: PlanWriter,
  shape: ConvShape,
  places: Record<"dy" | "filter" | "dx", Place>,
): void {
  const axes = axesOf(shape);
  const [slices, rows, columns] = axes.map(axisPhases);
  const all = [...slices, ...rows, ...columns];
  if (all.some(({ choices }) => choices.length === 0)) {
    // No output sees the inputs of such a phase.
    const pixels = axes.reduce((product, { from }) => product * from, shape.batch);
    fill(plan, 4, pixels * shape.inChannels, places.dx, 0);
  }
  for (const slice of slices) {
    for (const row of rows) {
      for (const column of columns) {
        const phases = [slice, row, column];
        if (phases.every(({ choices }) => choices.length > 0)) {
          plan.block(() => {
            phaseGradient(plan, shape, places, phases);
          });
        }
      }
    }
  }
}

function phaseGradient(
  plan: PlanWriter,
  shape: ConvShape,
  { dy, filter, dx }: Record<"dy" | "filter" | "dx", Place>,
  phases: readonly AxisPhase[],
): void {
  const { batch, inChannels, outChannels } = shape;
  const axes = axesOf(shape);
  const taps = everyTap(
    phases.map(({ choices }) => choices),
    axes,
  );
  const counts = axes.map(({ from, stride }, axis) =>
    Math.ceil((from - phases[axis].phase) / stride),
  );
  const [slices, rows, columns] = counts;
  const volumes = { at: dy, sizes: sizesOf(axes, ({ to }) => to), channels: outChannels };
  const around = padded(plan, batch, volumes, taps, [slices - 1, rows - 1, columns - 1]);
  const steps = stepsTo(plan, taps, around);
  const indices = taps.map(({ index }) => index);
  const sizes = { rows: outChannels, columns: inChannels, transposed: true };
  const panels = panelsOf(plan, filter, { ...sizes, indices });
  const depth = taps.length * outChannels;
  const pixel = inChannels * 4;
  const row = axes[2].from * pixel;
  const slice = axes[1].from * row;
  const first = phases[0].phase * slice + phases[1].phase * row + phases[2].phase * pixel;
  const calls = pixelsOf(batch, around, [slices, rows, columns], [1, 1, 1]);
  calls.forEach((words, call) => {
    const { tasks, ...cuts } = cut(words.pixels, inChannels, depth);
    plan.call("conv2d_f32", tasks, {
      ...{ ...words, steps, panels, ...NO_EPILOGUE, depth, channels: inChannels },
      out: dx.plus(call * axes[0].from * slice + first),
      ...{ toImage: axes[0].stride * slice, toRow: axes[1].stride * row },
      ...{ toPixel: axes[2].stride * pixel, ...cuts, matrixPitch: matrixPitch(taps, words) },
    });
  });
}

/** dfilter of any convolution. */
export function gatherFilterGradient(
  plan: PlanWriter,
  shape: ConvShape,
  { x, dy, dfilter }: Record<"x" | "dy" | "dfilter", Place>,
): void {
  const { outChannels: channels } = shape;
  const { depth, steps, calls } = windows(plan, shape, x);
  const [{ pixels }] = calls;
  const most = pixels > MINIMUM_CHUNK ? GRADIENT_ROWS : GRADIENT_ROWS / 2;
  const rowsPerTask = roundUp(Math.ceil(depth / Math.ceil(depth / most)), 6);
  const rowBlocks = Math.ceil(depth / rowsPerTask);
  const wanted = Math.ceil(WANTED_TASKS / rowBlocks / calls.length);
  const perChunk = Math.max(
    MINIMUM_CHUNK,
    roundUp(Math.ceil(pixels / Math.min(wanted, MAXIMUM_CHUNKS)), CHUNK_BLOCK),
  );
  const perCall = Math.ceil(pixels / perChunk);
  const chunks = calls.length * perCall;
  const pitch = roundUp(channels, 8);
  const chunkBytes = depth * pitch * 4;
  const isSum = chunks === 1 && pitch === channels;
  const sums = isSum ? dfilter : plan.temporary(chunks * chunkBytes);
  calls.forEach((words, call) => {
    plan.call("conv2d_filter_gradient_f32", perCall * rowBlocks, {
      ...{ ...words, steps, dy: dy.plus(call * pixels * channels * 4), depth, channels },
      ...{ sums: sums.plus(call * perCall * chunkBytes), perChunk, perBlock: CHUNK_BLOCK },
      ...{ rowsPerTask, rowBlocks },
    });
  });
  if (isSum) return;
  const perTask = Math.max(1, Math.floor(4096 / (pitch * chunks)));
  plan.call("conv2d_filter_gradient_sum_f32", Math.ceil(depth / perTask), {
    ...{ sums, dfilter, depth, channels, chunks, perTask },
  });
}

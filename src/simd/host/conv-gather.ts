import type { SimdBackend } from "./backend.ts";
import type { ConvShape } from "./conv-shape.ts";
import { SCRATCH_BYTES } from "./layout.ts";

/** Pixels that one task multiplies together. */
const PIXELS = 96;
/** The filter's gradient is summed in at most so many chunks, each of at least so many pixels. */
const MAXIMUM_CHUNKS = 16;
const MINIMUM_CHUNK = 512;
const CHUNK_BLOCK = 256;

const up = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** An image stack in linear memory. */
interface Images {
  readonly ptr: number;
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
  return depth * 4 + PIXELS * (8 + up(channels, 8) * 4) + CHUNK_BLOCK * 4 <= SCRATCH_BYTES;
}

/**
 * Calls `use` with the images surrounded by zeros, so that rows from -top to height + bottom - 1
 * exist, and the address of the first pixel of the first image as it would be without padding.
 */
function withPadding(
  backend: SimdBackend,
  batch: number,
  images: Images,
  pads: { top: number; bottom: number; left: number; right: number },
  use: (origin: number, padded: Images) => void,
): void {
  const { ptr, height, width, channels } = images;
  const top = Math.max(0, pads.top);
  const left = Math.max(0, pads.left);
  const padded = {
    channels,
    height: height + top + Math.max(0, pads.bottom),
    width: width + left + Math.max(0, pads.right),
  };
  if (padded.height === height && padded.width === width) {
    use(ptr, images);
    return;
  }
  const bytes = batch * padded.height * padded.width * channels * 4;
  backend.withBuffer(bytes, (copy) => {
    backend.run("conv2d_pad_f32", batch * padded.height, [
      ptr,
      copy,
      height,
      width,
      channels,
      padded.height,
      padded.width,
      top,
      left,
    ]);
    use(copy + (top * padded.width + left) * channels * 4, { ...padded, ptr: copy });
  });
}

/** Distances in bytes from a pixel to each channel under each tap, and the taps' indices. */
function withTables(
  backend: SimdBackend,
  taps: readonly Tap[],
  { width, channels }: Images,
  use: (steps: number, indices: number) => void,
): void {
  const depth = taps.length * channels;
  backend.withBuffer((depth + taps.length) * 4, (steps) => {
    const words = backend.heap.int32(steps, depth + taps.length);
    taps.forEach(({ row, column, index }, tap) => {
      const first = (row * width + column) * channels * 4;
      for (let channel = 0; channel < channels; channel++) {
        words[tap * channels + channel] = first + channel * 4;
      }
      words[depth + tap] = index;
    });
    use(steps, steps + depth * 4);
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

interface GatherCall {
  readonly shape: ConvShape;
  readonly x: number;
  readonly filter: number;
  readonly bias: number;
  readonly y: number;
  readonly relu: boolean;
}

/** y = x * filter (+ bias, then the activation), for any convolution. */
export function gatherConv2D(backend: SimdBackend, call: GatherCall): void {
  const { shape, filter } = call;
  const { batch, inChannels, outHeight, outWidth, outChannels, strideHeight, strideWidth } = shape;
  const images = {
    ptr: call.x,
    height: shape.inHeight,
    width: shape.inWidth,
    channels: inChannels,
  };
  const taps = forwardTaps(shape);
  const pads = padsFor(taps, images, (outHeight - 1) * strideHeight, (outWidth - 1) * strideWidth);
  const depth = taps.length * inChannels;
  const pixels = batch * outHeight * outWidth;
  withPadding(backend, batch, images, pads, (origin, x) => {
    withTables(backend, taps, x, (steps, indices) => {
      backend.withBuffer(depth * up(outChannels, 8) * 4, (packed) => {
        backend.run("conv2d_pack_filter_f32", Math.ceil(outChannels / 8), [
          ...[filter, packed, inChannels, outChannels, 0, taps.length, indices],
        ]);
        const row = x.width * inChannels * 4;
        const outRow = outWidth * outChannels * 4;
        backend.run("conv2d_f32", Math.ceil(pixels / PIXELS), [
          ...[origin, steps, packed, call.bias, call.y, depth, outChannels, call.relu ? 1 : 0],
          ...[pixels, outHeight, outWidth],
          ...[x.height * row, strideHeight * row, strideWidth * inChannels * 4],
          ...[outHeight * outRow, outRow, outChannels * 4, PIXELS],
        ]);
      });
    });
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

interface InputGradientCall {
  readonly shape: ConvShape;
  readonly dy: number;
  readonly filter: number;
  readonly dx: number;
}

/** dx of any convolution: for each phase of the inputs, a convolution of dy with stride 1. */
export function gatherInputGradient(backend: SimdBackend, call: InputGradientCall): void {
  const { batch, inHeight, inWidth, inChannels } = call.shape;
  const all = phases(call.shape);
  if (all.some(({ taps }) => taps.length === 0)) {
    // No output sees the inputs of such a phase.
    backend.heap.float32(call.dx, batch * inHeight * inWidth * inChannels).fill(0);
  }
  for (const phase of all) {
    if (phase.taps.length > 0) phaseGradient(backend, call, phase);
  }
}

function phaseGradient(
  backend: SimdBackend,
  { shape, dy, filter, dx }: InputGradientCall,
  { top, left, taps }: Phase,
): void {
  const { batch, inHeight, inWidth, inChannels, outChannels, strideHeight, strideWidth } = shape;
  const images = { ptr: dy, height: shape.outHeight, width: shape.outWidth, channels: outChannels };
  const rows = Math.ceil((inHeight - top) / strideHeight);
  const columns = Math.ceil((inWidth - left) / strideWidth);
  const pixels = batch * rows * columns;
  const depth = taps.length * outChannels;
  const inPixel = inChannels * 4;
  const inRow = inWidth * inPixel;
  withPadding(
    backend,
    batch,
    images,
    padsFor(taps, images, rows - 1, columns - 1),
    (origin, padded) => {
      withTables(backend, taps, padded, (steps, indices) => {
        backend.withBuffer(depth * up(inChannels, 8) * 4, (packed) => {
          backend.run("conv2d_pack_filter_f32", Math.ceil(inChannels / 8), [
            ...[filter, packed, outChannels, inChannels, 1, taps.length, indices],
          ]);
          const row = padded.width * outChannels * 4;
          backend.run("conv2d_f32", Math.ceil(pixels / PIXELS), [
            ...[origin, steps, packed, 0, dx + top * inRow + left * inPixel],
            ...[depth, inChannels, 0, pixels, rows, columns],
            ...[padded.height * row, row, outChannels * 4],
            ...[inHeight * inRow, strideHeight * inRow, strideWidth * inPixel, PIXELS],
          ]);
        });
      });
    },
  );
}

/** dfilter of any convolution. */
export function gatherFilterGradient(
  backend: SimdBackend,
  { shape, x, dy, dfilter }: { shape: ConvShape; x: number; dy: number; dfilter: number },
): void {
  const { batch, inChannels, outHeight, outWidth, outChannels, strideHeight, strideWidth } = shape;
  const images = { ptr: x, height: shape.inHeight, width: shape.inWidth, channels: inChannels };
  const taps = forwardTaps(shape);
  const pads = padsFor(taps, images, (outHeight - 1) * strideHeight, (outWidth - 1) * strideWidth);
  const depth = taps.length * inChannels;
  const pixels = batch * outHeight * outWidth;
  const chunk = Math.max(MINIMUM_CHUNK, up(Math.ceil(pixels / MAXIMUM_CHUNKS), CHUNK_BLOCK));
  const chunks = Math.ceil(pixels / chunk);
  const pitch = up(outChannels, 8);
  withPadding(backend, batch, images, pads, (origin, padded) => {
    withTables(backend, taps, padded, (steps) => {
      backend.withBuffer(chunks * depth * pitch * 4, (sums) => {
        const row = padded.width * inChannels * 4;
        backend.run("conv2d_filter_gradient_f32", chunks, [
          ...[origin, steps, dy, sums, depth, outChannels, pixels, outHeight, outWidth],
          ...[padded.height * row, strideHeight * row, strideWidth * inChannels * 4],
          ...[chunk, CHUNK_BLOCK],
        ]);
        const rowsPerTask = Math.max(1, Math.floor(4096 / (pitch * chunks)));
        backend.run("conv2d_filter_gradient_sum_f32", Math.ceil(depth / rowsPerTask), [
          ...[sums, dfilter, depth, outChannels, chunks, rowsPerTask],
        ]);
      });
    });
  });
}

import type { SimdBackend } from "./backend.ts";
import type { ConvShape } from "./conv-shape.ts";
import { SCRATCH_BYTES } from "./layout.ts";

/** Tiles that are transformed and multiplied together. */
const MAXIMUM_BLOCK = 32;
const MINIMUM_BLOCK = 8;
/** Bytes that a block's planes of x and y may fill: they shall stay in a second-level cache. */
const BLOCK_BYTES = 640 << 10;
/** The same for the filter's gradient, which gains more by long blocks. */
const GRADIENT_BLOCK_BYTES = 3 << 20;
/** It is summed in chunks of tiles, each with frequencies of its own: as many as fit in here. */
const CHUNKS_BYTES = 5 << 20;
const MAXIMUM_CHUNKS = 16;
const MINIMUM_CHUNKS = 2;
/** Few chunks are cut into blocks of output channels, too. */
const MINIMUM_TASKS = 4;
const MINIMUM_CHANNELS = 32;
/** Input channels that one task of the filter's transforms covers. */
const FILTER_BLOCK = 8;

const up = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Bytes of the 36 planes of the transformed filter, `depth` x `columns`. */
const filterBytes = (depth: number, columns: number): number =>
  36 * (depth * up(columns, 8) * 4 + 192);

/** Number of 4 x 4 tiles of outputs in all images. */
const tileCount = ({ batch, outHeight, outWidth }: ConvShape): number =>
  batch * Math.ceil(outHeight / 4) * Math.ceil(outWidth / 4);

/** Tiles in a block whose planes of x and y shall fit in so many bytes. */
function tilesPerBlock({ inChannels, outChannels }: ConvShape, bytes: number): number {
  const tileBytes = 36 * 4 * (up(inChannels, 4) + up(outChannels, 8));
  const tiles = Math.floor(bytes / tileBytes / 8) * 8;
  return Math.max(MINIMUM_BLOCK, Math.min(MAXIMUM_BLOCK, tiles));
}

/** Bytes of scratch memory that a block of tiles needs. */
function scratchBytes(shape: ConvShape, block: number): number {
  const { inChannels, outChannels } = shape;
  const planes = 36 * (block * 4 * (up(inChannels, 4) + up(outChannels, 8)) + 128);
  const row = (4 * block + 2) * (inChannels * 4 + 6 * 64);
  return planes + row + outChannels * 16 + 4096;
}

/** Whether Winograd's algorithm takes this convolution, and has fewer multiplications to do. */
export function fitsWinograd(shape: ConvShape): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth } = shape;
  const { dilationHeight, dilationWidth, inChannels, outChannels, outHeight, outWidth } = shape;
  if (filterHeight !== 3 || filterWidth !== 3 || strideHeight !== 1 || strideWidth !== 1)
    return false;
  if (dilationHeight !== 1 || dilationWidth !== 1 || inChannels < 8 || outChannels < 8)
    return false;
  const block = tilesPerBlock(shape, GRADIENT_BLOCK_BYTES);
  const products = 36 * Math.ceil(outHeight / 4) * Math.ceil(outWidth / 4);
  return (
    tileCount(shape) >= 16 &&
    products < 0.6 * 9 * outHeight * outWidth &&
    scratchBytes(shape, block) <= SCRATCH_BYTES
  );
}

/** The forward convolution whose filter is turned: dy is its input and dx its output. */
export function inputGradientShape(shape: ConvShape): ConvShape {
  return {
    ...shape,
    inHeight: shape.outHeight,
    inWidth: shape.outWidth,
    inChannels: shape.outChannels,
    outHeight: shape.inHeight,
    outWidth: shape.inWidth,
    outChannels: shape.inChannels,
    padTop: shape.filterHeight - 1 - shape.padTop,
    padLeft: shape.filterWidth - 1 - shape.padLeft,
  };
}

export interface WinogradCall {
  readonly shape: ConvShape;
  readonly x: number;
  readonly filter: number;
  readonly bias: number;
  readonly y: number;
  readonly relu: boolean;
  /** The filter is that of the convolution whose input gradient this is. */
  readonly turned?: boolean;
}

/** y = x * filter (+ bias, then the activation). */
export function winogradConv2D(backend: SimdBackend, call: WinogradCall): void {
  const { shape, x, filter, bias, y, relu, turned = false } = call;
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = shape;
  const tiles = tileCount(shape);
  const block = tilesPerBlock(shape, BLOCK_BYTES);
  backend.withBuffer(filterBytes(inChannels, outChannels), (u) => {
    if (turned) {
      const tasks = Math.ceil(inChannels / FILTER_BLOCK);
      backend.run("winograd_turned_filter_f32", tasks, [filter, u, outChannels, inChannels]);
    } else {
      const tasks = Math.ceil(inChannels / FILTER_BLOCK);
      backend.run("winograd_filter_f32", tasks, [filter, u, inChannels, outChannels]);
    }
    backend.run("winograd_conv2d_f32", Math.ceil(tiles / block), [
      x,
      u,
      bias,
      y,
      inHeight,
      inWidth,
      inChannels,
      outHeight,
      outWidth,
      outChannels,
      shape.padTop,
      shape.padLeft,
      tiles,
      block,
      relu ? 1 : 0,
    ]);
  });
}

/** dfilter of a convolution. */
export function winogradFilterGradient(
  backend: SimdBackend,
  { shape, x, dy, dfilter }: { shape: ConvShape; x: number; dy: number; dfilter: number },
): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = shape;
  const tiles = tileCount(shape);
  const block = tilesPerBlock(shape, GRADIENT_BLOCK_BYTES);
  const planesBytes = 36 * (inChannels * up(outChannels, 8) * 4 + 64);
  const most = Math.max(MINIMUM_CHUNKS, Math.floor(CHUNKS_BYTES / planesBytes));
  const chunk = up(Math.ceil(tiles / Math.min(MAXIMUM_CHUNKS, most)), block);
  const chunks = Math.ceil(tiles / chunk);
  const perTask = Math.max(
    Math.min(MINIMUM_CHANNELS, up(outChannels, 8)),
    up(outChannels / Math.ceil(MINIMUM_TASKS / chunks), 8),
  );
  const tasks = chunks * Math.ceil(outChannels / perTask);
  backend.withBuffer(chunks * planesBytes, (sums) => {
    backend.run("winograd_filter_gradient_f32", tasks, [
      x,
      dy,
      sums,
      perTask,
      inHeight,
      inWidth,
      inChannels,
      outHeight,
      outWidth,
      outChannels,
      shape.padTop,
      shape.padLeft,
      tiles,
      chunk,
      block,
    ]);
    backend.run("winograd_filter_gradient_sum_f32", inChannels, [
      ...[sums, dfilter, inChannels, outChannels, chunks],
    ]);
  });
}

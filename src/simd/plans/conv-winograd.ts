import { CONSTANTS } from "../schema/constants.ts";
import type { ConvShape } from "./conv-shape.ts";
import type { Place, PlanWriter } from "./plan.ts";
import { roundUp } from "./sizes.ts";

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

/** Bytes of the 36 planes of the transformed filter, `depth` x `columns`. */
const filterBytes = (depth: number, columns: number): number =>
  36 * (depth * roundUp(columns, 8) * 4 + 192);

/** Number of 4 x 4 tiles of outputs in all images. */
const tileCount = ({ batch, outHeight, outWidth }: ConvShape): number =>
  batch * Math.ceil(outHeight / 4) * Math.ceil(outWidth / 4);

/** Tiles in a block whose planes of x and y shall fit in so many bytes. */
function tilesPerBlock({ inChannels, outChannels }: ConvShape, bytes: number): number {
  const tileBytes = 36 * 4 * (roundUp(inChannels, 4) + roundUp(outChannels, 8));
  const tiles = Math.floor(bytes / tileBytes / 8) * 8;
  return Math.max(MINIMUM_BLOCK, Math.min(MAXIMUM_BLOCK, tiles));
}

/** Bytes of scratch memory that a block of tiles needs. */
function scratchBytes(shape: ConvShape, block: number): number {
  const { inChannels, outChannels } = shape;
  const planes = 36 * (block * 4 * (roundUp(inChannels, 4) + roundUp(outChannels, 8)) + 128);
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
    scratchBytes(shape, block) <= CONSTANTS.SCRATCH_BYTES
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

/** The words of both sides' images. */
function sizes(shape: ConvShape): {
  [Size in "inHeight" | "inWidth" | "inputs" | "outHeight" | "outWidth" | "outputs"]: number;
} & { padTop: number; padLeft: number; tiles: number } {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = shape;
  return {
    ...{ inHeight, inWidth, inputs: inChannels, outHeight, outWidth, outputs: outChannels },
    ...{ padTop: shape.padTop, padLeft: shape.padLeft, tiles: tileCount(shape) },
  };
}

/**
 * y = x * filter (+ bias, then max(y, 0) if `relu`). `turned`: the filter is that of the convolution
 * whose input gradient this is.
 */
export function winogradConv2D(
  plan: PlanWriter,
  shape: ConvShape,
  { x, filter, bias, y }: { x: Place; filter: Place; bias: Place | null; y: Place },
  { relu, turned = false }: { relu: boolean; turned?: boolean },
): void {
  const { inChannels: inputs, outChannels: outputs } = shape;
  const block = tilesPerBlock(shape, BLOCK_BYTES);
  const tasks = Math.ceil(inputs / CONSTANTS.FILTER_BLOCK);
  const name = turned ? "Winograd, turned" : "Winograd";
  const u = plan.prepared(name, filter, filterBytes(inputs, outputs), (to) => {
    // The filter's own inputs are the outputs of what it is turned for.
    if (turned) {
      const words = { filter, u: to, inputs: outputs, outputs: inputs };
      plan.call("winograd_turned_filter_f32", tasks, words);
    } else plan.call("winograd_filter_f32", tasks, { filter, u: to, inputs, outputs });
  });
  plan.call("winograd_conv2d_f32", Math.ceil(tileCount(shape) / block), {
    ...{ x, u, bias, y, ...sizes(shape), perTask: block, relu },
  });
}

/** dfilter of a convolution. */
export function winogradFilterGradient(
  plan: PlanWriter,
  shape: ConvShape,
  { x, dy, dfilter }: Record<"x" | "dy" | "dfilter", Place>,
): void {
  const { inChannels: inputs, outChannels: outputs } = shape;
  const tiles = tileCount(shape);
  const perBlock = tilesPerBlock(shape, GRADIENT_BLOCK_BYTES);
  const planesBytes = 36 * (inputs * roundUp(outputs, 8) * 4 + 64);
  const most = Math.max(MINIMUM_CHUNKS, Math.floor(CHUNKS_BYTES / planesBytes));
  const perChunk = roundUp(Math.ceil(tiles / Math.min(MAXIMUM_CHUNKS, most)), perBlock);
  const chunks = Math.ceil(tiles / perChunk);
  const channelsPerTask = Math.max(
    Math.min(MINIMUM_CHANNELS, roundUp(outputs, 8)),
    roundUp(outputs / Math.ceil(MINIMUM_TASKS / chunks), 8),
  );
  const sums = plan.temporary(chunks * planesBytes);
  plan.call("winograd_filter_gradient_f32", chunks * Math.ceil(outputs / channelsPerTask), {
    ...{ x, dy, sums, channelsPerTask, ...sizes(shape), perChunk, perBlock },
  });
  plan.call("winograd_filter_gradient_sum_f32", inputs, { sums, dfilter, inputs, outputs, chunks });
}

import { CONSTANTS } from "../schema/constants.ts";
import type { ConvShape } from "./conv-shape.ts";
import type { Epilogue } from "./epilogue.ts";
import type { Place, PlanWriter } from "./plan.ts";
import { roundUp } from "./sizes.ts";

/** Tasks that work is cut into where there is enough of it. */
const WANTED_TASKS = 32;
/** A product's tiles of registers are six rows high; a block of four reads the filter less often. */
const ROWS = 6;
const MAXIMUM_BLOCK = 4 * ROWS;
/** Bytes that the planes of a block may fill, so that they stay near the processor. */
const BLOCK_BYTES = 1800 << 10;
/** Fewer tiles do not repay transforming the filter. */
const MINIMUM_TILES = 4;
/** Channels of y for which it pays to transform a block of x once more. */
const MINIMUM_CHANNELS = 64;
/** The filter's gradient of few channels is summed in chunks of tiles, in blocks of so many. */
const GRADIENT_BLOCK = 64;
const GRADIENT_BLOCK_BYTES = 1300 << 10;
const MINIMUM_CHUNKS = 4;
const MAXIMUM_CHUNKS = 16;
/** A chunk has frequencies of its own: as many as fit in here. */
const CHUNKS_BYTES = 5 << 20;
/** That of many channels is computed from planes of so many bytes, which wait in memory. */
const GROUP_BYTES = 16 << 20;
/** Input channels, and panels of output channels, of one task of it. */
const GRADIENT_INPUTS = 96;
const GRADIENT_PANELS = 8;

/** Bytes of a plane of the transformed filter, `depth` x `columns`. */
const filterPlane = (depth: number, columns: number): number =>
  depth * roundUp(columns, 8) * 4 + 192;

/** Number of 4 x 4 tiles of outputs in all images. */
const tileCount = ({ batch, outHeight, outWidth }: ConvShape): number =>
  batch * Math.ceil(outHeight / 4) * Math.ceil(outWidth / 4);

/** Bytes of a tile in a plane: no multiple of 512, whose rows would share cache sets. */
function pitchOf(channels: number): number {
  const bytes = roundUp(channels, 8) * 4;
  return bytes % 512 === 0 ? bytes + 64 : bytes;
}

/** Bytes that the planes of x and y take for one tile. */
const tileBytes = ({ inChannels, outChannels }: ConvShape): number =>
  36 * (pitchOf(inChannels) + pitchOf(outChannels));

/** Bytes of scratch memory that a block of tiles needs. */
function scratchBytes(shape: ConvShape, block: number): number {
  const row = (4 * block + 2) * (shape.inChannels * 4 + 6 * 64);
  return block * tileBytes(shape) + 2 * 36 * 64 + row + 4096;
}

/** Whether Winograd's algorithm takes this convolution, and has fewer multiplications to do. */
export function fitsWinograd(shape: ConvShape): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth } = shape;
  const { dilationHeight, dilationWidth, inChannels, outChannels, outHeight, outWidth } = shape;
  if (filterHeight !== 3 || filterWidth !== 3 || strideHeight !== 1 || strideWidth !== 1)
    return false;
  if (dilationHeight !== 1 || dilationWidth !== 1 || inChannels < 8 || outChannels < 8)
    return false;
  const products = 36 * Math.ceil(outHeight / 4) * Math.ceil(outWidth / 4);
  return (
    tileCount(shape) >= MINIMUM_TILES &&
    products < 0.6 * 9 * outHeight * outWidth &&
    scratchBytes(shape, ROWS) <= CONSTANTS.SCRATCH_BYTES
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
function images(shape: ConvShape): {
  [Size in "inHeight" | "inWidth" | "inputs" | "outHeight" | "outWidth" | "outputs"]: number;
} & { padTop: number; padLeft: number; tiles: number } {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = shape;
  return {
    ...{ inHeight, inWidth, inputs: inChannels, outHeight, outWidth, outputs: outChannels },
    ...{ padTop: shape.padTop, padLeft: shape.padLeft, tiles: tileCount(shape) },
  };
}

/** How tiles and panels are cut into tasks. */
function cut(shape: ConvShape): {
  tasks: number;
  perTask: number;
  tileBlocks: number;
  panelsPerTask: number;
} {
  const tiles = tileCount(shape);
  const most = Math.min(MAXIMUM_BLOCK, BLOCK_BYTES / tileBytes(shape), tiles / WANTED_TASKS);
  const perTask = Math.max(1, Math.floor(most / ROWS)) * ROWS;
  const tileBlocks = Math.ceil(tiles / perTask);
  const panels = Math.ceil(shape.outChannels / 8);
  const blocks = Math.min(
    Math.floor(WANTED_TASKS / tileBlocks),
    Math.floor(shape.outChannels / MINIMUM_CHANNELS),
  );
  const panelsPerTask = Math.ceil(panels / Math.max(1, blocks));
  const panelBlocks = Math.ceil(panels / panelsPerTask);
  return { tasks: tileBlocks * panelBlocks, perTask, tileBlocks, panelsPerTask };
}

/**
 * y = x * filter, then the epilogue. `turned`: the filter is that of the convolution
 * whose input gradient this is.
 */
export function winogradConv2D(
  plan: PlanWriter,
  shape: ConvShape,
  { x, filter, y }: Record<"x" | "filter" | "y", Place>,
  { epilogue, turned = false }: { epilogue: Epilogue; turned?: boolean },
): void {
  const { inChannels: inputs, outChannels: outputs } = shape;
  const name = `Winograd${turned ? ", turned" : ""} ${inputs} x ${outputs}`;
  const u = plan.prepared(name, filter, 36 * filterPlane(inputs, outputs), (to) => {
    const tasks = Math.ceil(inputs / CONSTANTS.FILTER_BLOCK);
    // The filter's own inputs are the outputs of what it is turned for.
    if (turned) {
      const words = { filter, u: to, inputs: outputs, outputs: inputs };
      plan.call("winograd_turned_filter_f32", tasks, words);
    } else plan.call("winograd_filter_f32", tasks, { filter, u: to, inputs, outputs });
  });
  const { tasks, ...cuts } = cut(shape);
  plan.call("winograd_conv2d_f32", tasks, { x, u, y, ...epilogue, ...images(shape), ...cuts });
}

/** dfilter of a convolution. */
export function winogradFilterGradient(
  plan: PlanWriter,
  shape: ConvShape,
  places: Record<"x" | "dy" | "dfilter", Place>,
): void {
  const { inChannels, outChannels } = shape;
  const tiles = tileCount(shape);
  const chunks = Math.min(
    MAXIMUM_CHUNKS,
    Math.floor(CHUNKS_BYTES / (36 * inChannels * roundUp(outChannels, 8) * 4)),
    Math.floor(tiles / GRADIENT_BLOCK),
  );
  if (chunks >= MINIMUM_CHUNKS && GRADIENT_BLOCK * tileBytes(shape) <= GRADIENT_BLOCK_BYTES) {
    gradientByChunks(plan, shape, places, roundUp(Math.ceil(tiles / chunks), GRADIENT_BLOCK));
  } else gradientByFrequencies(plan, shape, places);
}

/** Transforms and multiplies chunks of tiles, all frequencies of each in a second-level cache. */
function gradientByChunks(
  plan: PlanWriter,
  shape: ConvShape,
  { x, dy, dfilter }: Record<"x" | "dy" | "dfilter", Place>,
  perChunk: number,
): void {
  const { inChannels: inputs, outChannels: outputs } = shape;
  const pitch = roundUp(outputs, 8) * 4;
  const plane = inputs * pitch + 64;
  const chunks = Math.ceil(tileCount(shape) / perChunk);
  const sums = plan.temporary(chunks * 36 * plane);
  const words = { ...images(shape), perChunk, perBlock: GRADIENT_BLOCK };
  plan.call("winograd_gradient_chunk_f32", chunks, { x, dy, sums, ...words });
  transformGradient(plan, shape, { sums, plane, pitch, chunks, dfilter });
}

function transformGradient(
  plan: PlanWriter,
  { inChannels: inputs, outChannels: outputs }: ConvShape,
  words: { sums: Place; plane: number; pitch: number; chunks: number; dfilter: Place },
): void {
  const perTask = Math.ceil(inputs / WANTED_TASKS);
  plan.call("winograd_filter_gradient_f32", Math.ceil(inputs / perTask), {
    ...{ ...words, inputs, outputs, perTask },
  });
}

/** Transforms groups of tiles, and multiplies all of them, frequency by frequency. */
function gradientByFrequencies(
  plan: PlanWriter,
  shape: ConvShape,
  { x, dy, dfilter }: Record<"x" | "dy" | "dfilter", Place>,
): void {
  const {
    inHeight,
    inWidth,
    inChannels: inputs,
    outHeight,
    outWidth,
    outChannels: outputs,
  } = shape;
  const tiles = tileCount(shape);
  const most = Math.max(ROWS, Math.floor(GROUP_BYTES / tileBytes(shape)));
  const perGroup = Math.ceil(tiles / Math.ceil(tiles / most));
  const [pitchV, pitchW] = [pitchOf(inputs), pitchOf(outputs)];
  const [planeV, planeW] = [perGroup * pitchV + 64, perGroup * pitchW + 64];
  const [planeSums, pitchSums] = [inputs * pitchW + 64, pitchW];
  const v = plan.temporary(36 * planeV);
  const w = plan.temporary(36 * planeW);
  const sums = plan.temporary(36 * planeSums);
  const inputBlocks = Math.ceil(inputs / GRADIENT_INPUTS);
  const panelBlocks = Math.ceil(outputs / 8 / GRADIENT_PANELS);
  const cuts = {
    ...{ inputBlocks, inputsPerTask: roundUp(Math.ceil(inputs / inputBlocks), 2) },
    ...{ panelBlocks, panelsPerTask: Math.ceil(outputs / 8 / panelBlocks) },
  };
  for (let begin = 0; begin < tiles; begin += perGroup) {
    const end = Math.min(tiles, begin + perGroup);
    const perTask = Math.max(1, Math.ceil((end - begin) / WANTED_TASKS));
    const tasks = Math.ceil((end - begin) / perTask);
    const cut = {
      tilesDown: Math.ceil(outHeight / 4),
      tilesAcross: Math.ceil(outWidth / 4),
      begin,
      end,
      perTask,
    };
    plan.call("winograd_input_f32", tasks, {
      ...{ image: x, planes: v, height: inHeight, width: inWidth, channels: inputs, ...cut },
      ...{ plane: planeV, pitch: pitchV, padTop: shape.padTop, padLeft: shape.padLeft },
    });
    plan.call("winograd_output_gradient_f32", tasks, {
      ...{ image: dy, planes: w, height: outHeight, width: outWidth, channels: outputs, ...cut },
      ...{ plane: planeW, pitch: pitchW },
    });
    plan.call("winograd_gradient_product_f32", 36 * inputBlocks * panelBlocks, {
      ...{ v, w, sums, inputs, outputs, tiles: end - begin, ...cuts, adds: begin > 0 },
      ...{ planeV, pitchV, planeW, pitchW, planeSums, pitchSums },
    });
  }
  const words = { sums, plane: planeSums, pitch: pitchSums, chunks: 1, dfilter };
  transformGradient(plan, shape, words);
}

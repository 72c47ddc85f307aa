/**
 * 3 x 3 convolutions with stride 1 as Winograd F(4x4, 3x3): a quarter of the multiplications of the
 * definition.
 */
import { storeFirst } from "./vector";
import { touch } from "./gemm-cache";
import {
  FILTER_BLOCK,
  WinogradConv2dWords,
  WinogradFilterGradientWords,
  WinogradFilterWords,
  WinogradGradientChunkWords,
  WinogradGradientProductWords,
  WinogradInputWords,
  WinogradOutputGradientWords,
} from "./words.generated";
import {
  panel_columns,
  panel_columns_add,
  panel_rows,
} from "./gemm-tiles.generated";
import { inputToPlanes, outputGradientToPlanes, planesToOutput } from "./winograd-tiles";
import { filterGradientTransform, filterTransform } from "./winograd-transform";

/**
 * Bytes between the 36 planes of a block: not a power of two, so that they do not share cache sets.
 */
// @ts-ignore: decorator
@inline
function planeBytes(rows: i32, pitch: usize): usize {
  return <usize>rows * pitch + 64;
}

/** Bytes of one plane of the transformed filter: panels of 8 columns, `depth` rows each. */
// @ts-ignore: decorator
@inline
function filterPlaneBytes(depth: i32, columns: i32): usize {
  return <usize>depth * (<usize>((columns + 7) & ~7) << 2) + 192;
}

// @ts-ignore: decorator
@inline
function roundUp(value: i32, multiple: i32): i32 {
  return (value + multiple - 1) & -multiple;
}

/** The two-dimensional transform of the filter of one channel pair and the three neighbours. */
// @ts-ignore: decorator
@inline
function storeFilterPlanes(columns: usize, to: usize, plane: usize): void {
  for (let row: usize = 0; row < 6; row++) {
    const at = columns + row * 48;
    filterTransform(v128.load(at), v128.load(at, 16), v128.load(at, 32), to, plane);
    to += 6 * plane;
  }
}

/**
 * U = G g G' of a filter [3, 3, ci, co] as 36 planes of panels [co / 8][ci][8]. Tasks: blocks of 8
 * input channels.
 */
export function winograd_filter_f32(task: i32, words: WinogradFilterWords, scratch: usize): void {
  const filter = words.filter;
  const inputs = words.inputs;
  const outputs = words.outputs;
  const tap = <usize>(inputs * outputs) << 2;
  const plane = filterPlaneBytes(inputs, outputs);
  const end = min(inputs, (task + 1) * FILTER_BLOCK);
  for (let i = task * FILTER_BLOCK; i < end; i++) {
    for (let o = 0; o < outputs; o += 4) {
      const from = filter + (<usize>(i * outputs + o) << 2);
      for (let column: usize = 0; column < 3; column++) {
        const at = from + column * tap;
        filterTransform(
          v128.load(at),
          v128.load(at + 3 * tap),
          v128.load(at + 6 * tap),
          scratch + (column << 4),
          48,
        );
      }
      const row = (o >> 3) * inputs + i;
      storeFilterPlanes(scratch, words.u + (<usize>(row * 8 + (o & 7)) << 2), plane);
    }
  }
}

/** Four floats `s1`, `s2`, `s3` bytes behind the first. */
// @ts-ignore: decorator
@inline
function gather(at: usize, s1: usize, s2: usize, s3: usize): v128 {
  let lanes = v128.load32_zero(at);
  lanes = v128.load32_lane(at + s1, lanes, 1);
  lanes = v128.load32_lane(at + s2, lanes, 2);
  return v128.load32_lane(at + s3, lanes, 3);
}

/**
 * The same for the filter turned by 180 degrees with its channels exchanged, which takes dy to dx:
 * 36 planes of panels [ci / 8][co][8]. Tasks: blocks of 8 output channels.
 */
export function winograd_turned_filter_f32(task: i32, words: WinogradFilterWords, scratch: usize): void {
  const filter = words.filter;
  const inputs = words.inputs;
  const outputs = words.outputs;
  const tap = <usize>(inputs * outputs) << 2;
  const plane = filterPlaneBytes(outputs, inputs);
  const end = min(outputs, (task + 1) * FILTER_BLOCK);
  for (let i = 0; i < inputs; i += 4) {
    // Beyond the last channel the last one is read again.
    const s1 = <usize>(min(i + 1, inputs - 1) - i) * (<usize>outputs << 2);
    const s2 = <usize>(min(i + 2, inputs - 1) - i) * (<usize>outputs << 2);
    const s3 = <usize>(min(i + 3, inputs - 1) - i) * (<usize>outputs << 2);
    for (let o = task * FILTER_BLOCK; o < end; o++) {
      const from = filter + (<usize>(i * outputs + o) << 2);
      for (let column: usize = 0; column < 3; column++) {
        const at = from + (2 - column) * tap;
        filterTransform(
          gather(at + 6 * tap, s1, s2, s3),
          gather(at + 3 * tap, s1, s2, s3),
          gather(at, s1, s2, s3),
          scratch + (column << 4),
          48,
        );
      }
      const row = (i >> 3) * outputs + o;
      storeFilterPlanes(scratch, words.u + (<usize>(row * 8 + (i & 7)) << 2), plane);
    }
  }
}

/** y = x * filter + bias. Tasks: blocks of panels x blocks of tiles, which share a panel's filter. */
export function winograd_conv2d_f32(task: i32, words: WinogradConv2dWords, scratch: usize): void {
  const inputs = words.inputs;
  const outHeight = words.outHeight;
  const outWidth = words.outWidth;
  const outputs = words.outputs;
  const block = words.perTask;
  const tilesDown = (outHeight + 3) >> 2;
  const tilesAcross = (outWidth + 3) >> 2;
  const panelBlock = task / words.tileBlocks;
  const firstPanel = panelBlock * words.panelsPerTask;
  const firstChannel = <usize>firstPanel << 5;
  const channels = min(words.panelsPerTask << 3, outputs - (firstPanel << 3));
  const begin = (task - panelBlock * words.tileBlocks) * block;
  const end = min(words.tiles, begin + block);
  const inPitch = <usize>roundUp(inputs, 4) << 2;
  const outPitch = <usize>roundUp(channels, 8) << 2;
  const inPlane = planeBytes(block, inPitch);
  const outPlane = planeBytes(block, outPitch);
  const v = scratch;
  const m = v + 36 * inPlane;
  const work = m + 36 * outPlane;
  inputToPlanes(
    words.x,
    words.inHeight,
    words.inWidth,
    inputs,
    words.padTop,
    words.padLeft,
    tilesDown,
    tilesAcross,
    begin,
    end,
    v,
    inPlane,
    inPitch,
    work,
  );
  const filterPlane = filterPlaneBytes(inputs, outputs);
  const panels = words.u + <usize>firstPanel * (<usize>inputs << 5);
  for (let frequency: usize = 0; frequency < 36; frequency++) {
    let u = panels + frequency * filterPlane;
    for (let o: usize = 0; o < outPitch; o += 32) {
      const from = v + frequency * inPlane;
      const to = m + frequency * outPlane + o;
      panel_rows(end - begin, inputs, from, inPitch, u, 32, to, outPitch);
      u += <usize>inputs << 5;
    }
  }
  planesToOutput(
    m,
    outPlane,
    outPitch,
    words.y + firstChannel,
    outHeight,
    outWidth,
    outputs,
    channels,
    tilesDown,
    tilesAcross,
    begin,
    end,
    words.bias ? words.bias + firstChannel : 0,
    words.activation,
    words.slopes + firstChannel,
    work,
  );
}

/**
 * The frequencies of the filter's gradient, summed over the tiles of one chunk: dU = V' (A dy A').
 * Tasks: chunks of tiles.
 */
export function winograd_gradient_chunk_f32(task: i32, words: WinogradGradientChunkWords, scratch: usize): void {
  const inputs = words.inputs;
  const outHeight = words.outHeight;
  const outWidth = words.outWidth;
  const outputs = words.outputs;
  const block = words.perBlock;
  const tilesDown = (outHeight + 3) >> 2;
  const tilesAcross = (outWidth + 3) >> 2;
  const first = task * words.perChunk;
  const end = min(words.tiles, first + words.perChunk);
  const inPitch = <usize>roundUp(inputs, 4) << 2;
  const outPitch = <usize>roundUp(outputs, 8) << 2;
  const inPlane = planeBytes(block, inPitch);
  const outPlane = planeBytes(block, outPitch);
  const sumPlane = planeBytes(inputs, outPitch);
  const v = scratch;
  const w = v + 36 * inPlane;
  const work = w + 36 * outPlane;
  const sums = words.sums + <usize>task * 36 * sumPlane;
  for (let begin = first; begin < end; begin += block) {
    const stop = min(end, begin + block);
    inputToPlanes(
      words.x,
      words.inHeight,
      words.inWidth,
      inputs,
      words.padTop,
      words.padLeft,
      tilesDown,
      tilesAcross,
      begin,
      stop,
      v,
      inPlane,
      inPitch,
      work,
    );
    outputGradientToPlanes(
      words.dy,
      outHeight,
      outWidth,
      outputs,
      tilesDown,
      tilesAcross,
      begin,
      stop,
      w,
      outPlane,
      outPitch,
      work,
    );
    const adds = begin > first;
    for (let frequency: usize = 0; frequency < 36; frequency++) {
      const a = v + frequency * inPlane;
      for (let o: usize = 0; o < outPitch; o += 32) {
        const b = w + frequency * outPlane + o;
        const to = sums + frequency * sumPlane + o;
        if (adds) panel_columns_add(inputs, stop - begin, a, inPitch, b, outPitch, to, outPitch);
        else panel_columns(inputs, stop - begin, a, inPitch, b, outPitch, to, outPitch);
      }
    }
  }
}

/** Plane values of the inputs under a group of tiles. Tasks: blocks of tiles. */
export function winograd_input_f32(task: i32, words: WinogradInputWords, scratch: usize): void {
  const begin = words.begin + task * words.perTask;
  inputToPlanes(
    words.image,
    words.height,
    words.width,
    words.channels,
    words.padTop,
    words.padLeft,
    words.tilesDown,
    words.tilesAcross,
    begin,
    min(words.end, begin + words.perTask),
    words.planes + <usize>(begin - words.begin) * words.pitch,
    words.plane,
    words.pitch,
    scratch,
  );
}

/** Plane values of the gradients of a group of tiles. Tasks: blocks of tiles. */
export function winograd_output_gradient_f32(task: i32, words: WinogradOutputGradientWords, scratch: usize): void {
  const begin = words.begin + task * words.perTask;
  outputGradientToPlanes(
    words.image,
    words.height,
    words.width,
    words.channels,
    words.tilesDown,
    words.tilesAcross,
    begin,
    min(words.end, begin + words.perTask),
    words.planes + <usize>(begin - words.begin) * words.pitch,
    words.plane,
    words.pitch,
    scratch,
  );
}

/** Tiles whose rows of planes stay in the first-level cache. */
const DEPTH: i32 = 96;

/**
 * dU = V' W for each frequency, W the planes of dy. Tasks: frequencies x blocks of input channels x
 * blocks of panels.
 */
export function winograd_gradient_product_f32(task: i32, words: WinogradGradientProductWords, scratch: usize): void {
  const panelBlocks = words.panelBlocks;
  const inputBlocks = words.inputBlocks;
  const block = task / panelBlocks;
  const panel = (task - block * panelBlocks) * words.panelsPerTask;
  const frequency = block / inputBlocks;
  const input = (block - frequency * inputBlocks) * words.inputsPerTask;
  const inputs = min(words.inputsPerTask, words.inputs - input);
  const panels = min(words.panelsPerTask, ((words.outputs + 7) >> 3) - panel);
  const first = <usize>panel << 5;
  let v = words.v + <usize>frequency * words.planeV + (<usize>input << 2);
  let w = words.w + <usize>frequency * words.planeW + first;
  const sums = words.sums + <usize>frequency * words.planeSums + <usize>input * words.pitchSums + first;
  for (let k = 0; k < words.tiles; k += DEPTH) {
    const depth = min(DEPTH, words.tiles - k);
    const adds = k > 0 || words.adds != 0;
    for (let at: usize = 0; at < <usize>panels << 5; at += 32) {
      const b = w + at;
      const c = sums + at;
      if (adds) panel_columns_add(inputs, depth, v, words.pitchV, b, words.pitchW, c, words.pitchSums);
      else panel_columns(inputs, depth, v, words.pitchV, b, words.pitchW, c, words.pitchSums);
    }
    v += <usize>DEPTH * words.pitchV;
    w += <usize>DEPTH * words.pitchW;
  }
}

/** Adds the chunks of row `from` of dU's planes in their order; the sums lie in rows `pitch` apart. */
function sumChunks(chunks: i32, from: usize, plane: usize, pitch: usize, to: usize, unused: usize): void {
  for (let frequency: usize = 0; frequency < 36; frequency++) {
    touch(chunks, from, 36 * plane, pitch, unused);
    for (let at: usize = 0; at < pitch; at += 16) {
      let next = from + at;
      let sum = v128.load(next);
      for (let chunk = 1; chunk < chunks; chunk++) {
        next += 36 * plane;
        sum = f32x4.add(sum, v128.load(next));
      }
      v128.store(to + at, sum);
    }
    from += plane;
    to += pitch;
  }
}

/** dfilter = G' dU G, dU the sum of its chunks. Tasks: blocks of input channels. */
export function winograd_filter_gradient_f32(task: i32, words: WinogradFilterGradientWords, scratch: usize): void {
  const inputs = words.inputs;
  const outputs = words.outputs;
  const tap = <usize>(inputs * outputs) << 2;
  const columns = scratch;
  const taps = columns + 18 * 16;
  const sums = taps + 10 * 16;
  const isSum = words.chunks == 1;
  const plane = isSum ? words.plane : words.pitch;
  const end = min(inputs, (task + 1) * words.perTask);
  for (let i = task * words.perTask; i < end; i++) {
    const row = words.sums + <usize>i * words.pitch;
    if (isSum) touch(36, row, plane, <usize>outputs << 2, taps);
    else sumChunks(words.chunks, row, words.plane, words.pitch, sums, taps);
    for (let o = 0; o < outputs; o += 4) {
      const sum = (isSum ? row : sums) + (<usize>o << 2);
      for (let column: usize = 0; column < 6; column++) {
        const at = sum + column * plane;
        filterGradientTransform(
          v128.load(at),
          v128.load(at + 6 * plane),
          v128.load(at + 12 * plane),
          v128.load(at + 18 * plane),
          v128.load(at + 24 * plane),
          v128.load(at + 30 * plane),
          columns + (column << 4),
          96,
        );
      }
      for (let r: usize = 0; r < 3; r++) {
        const at = columns + r * 96;
        filterGradientTransform(
          v128.load(at),
          v128.load(at, 16),
          v128.load(at, 32),
          v128.load(at, 48),
          v128.load(at, 64),
          v128.load(at, 80),
          taps + r * 48,
          16,
        );
      }
      const to = words.dfilter + (<usize>(i * outputs + o) << 2);
      for (let t: usize = 0; t < 9; t++) {
        storeFirst(to + t * tap, v128.load(taps + (t << 4)), outputs - o);
      }
    }
  }
}

/**
 * 3 x 3 convolutions with stride 1 as Winograd F(4x4, 3x3): a quarter of the multiplications of the
 * definition.
 */
import { storeFirst } from "./vector";
import { touch } from "./gemm-cache";
import {
  FILTER_BLOCK,
  WinogradConv2dWords,
  WinogradFilterGradientSumWords,
  WinogradFilterGradientWords,
  WinogradFilterWords,
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

/** y = x * filter + bias. */
export function winograd_conv2d_f32(task: i32, words: WinogradConv2dWords, scratch: usize): void {
  const inputs = words.inputs;
  const outHeight = words.outHeight;
  const outWidth = words.outWidth;
  const outputs = words.outputs;
  const block = words.perTask;
  const tilesDown = (outHeight + 3) >> 2;
  const tilesAcross = (outWidth + 3) >> 2;
  const begin = task * block;
  const end = min(words.tiles, begin + block);
  const inPitch = <usize>roundUp(inputs, 4) << 2;
  const outPitch = <usize>roundUp(outputs, 8) << 2;
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
  for (let frequency: usize = 0; frequency < 36; frequency++) {
    let u = words.u + frequency * filterPlane;
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
    words.y,
    outHeight,
    outWidth,
    outputs,
    tilesDown,
    tilesAcross,
    begin,
    end,
    words.bias,
    words.relu != 0,
    work,
  );
}

/**
 * The frequencies of the filter's gradient, summed over the tiles of one chunk: dU = V' (A dy A').
 * Tasks: chunks of tiles x blocks of output channels.
 */
export function winograd_filter_gradient_f32(task: i32, words: WinogradFilterGradientWords, scratch: usize): void {
  const perTask = words.channelsPerTask;
  const inputs = words.inputs;
  const outHeight = words.outHeight;
  const outWidth = words.outWidth;
  const outputs = words.outputs;
  const perChunk = words.perChunk;
  const block = words.perBlock;
  const tilesDown = (outHeight + 3) >> 2;
  const tilesAcross = (outWidth + 3) >> 2;
  const channelBlocks = (outputs + perTask - 1) / perTask;
  const chunk = task / channelBlocks;
  const channel = (task - chunk * channelBlocks) * perTask;
  const channels = min(perTask, outputs - channel);
  const end = min(words.tiles, (chunk + 1) * perChunk);
  const inPitch = <usize>roundUp(inputs, 4) << 2;
  const outPitch = <usize>roundUp(channels, 8) << 2;
  const inPlane = planeBytes(block, inPitch);
  const outPlane = planeBytes(block, outPitch);
  const pitch = <usize>roundUp(outputs, 8) << 2;
  const sumPlane = planeBytes(inputs, pitch);
  const v = scratch;
  const m = v + 36 * inPlane;
  const work = m + 36 * outPlane;
  const first = <usize>channel << 2;
  const sums = words.sums + <usize>chunk * 36 * sumPlane + first;
  for (let begin = chunk * perChunk; begin < end; begin += block) {
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
      words.dy + first,
      outHeight,
      outWidth,
      outputs,
      channels,
      tilesDown,
      tilesAcross,
      begin,
      stop,
      m,
      outPlane,
      outPitch,
      work,
    );
    const adds = begin > chunk * perChunk;
    for (let frequency: usize = 0; frequency < 36; frequency++) {
      const a = v + frequency * inPlane;
      for (let o: usize = 0; o < outPitch; o += 32) {
        const b = m + frequency * outPlane + o;
        const to = sums + frequency * sumPlane + o;
        if (adds) panel_columns_add(inputs, stop - begin, a, inPitch, b, outPitch, to, pitch);
        else panel_columns(inputs, stop - begin, a, inPitch, b, outPitch, to, pitch);
      }
    }
  }
}

/** dfilter = G' dU G with the chunks of dU added in their order. Tasks: input channels. */
export function winograd_filter_gradient_sum_f32(task: i32, words: WinogradFilterGradientSumWords, scratch: usize): void {
  const inputs = words.inputs;
  const outputs = words.outputs;
  const chunks = words.chunks;
  const pitch = <usize>roundUp(outputs, 8) << 2;
  const plane = planeBytes(inputs, pitch);
  const tap = <usize>(inputs * outputs) << 2;
  const sums = scratch;
  const columns = sums + 36 * pitch;
  const taps = columns + 18 * 16;
  let from = words.sums + <usize>task * pitch;
  for (let frequency: usize = 0; frequency < 36; frequency++) {
    touch(chunks, from, 36 * plane, pitch, columns);
    for (let at: usize = 0; at < pitch; at += 16) {
      let sum = v128.load(from + at);
      let next = from + at;
      for (let chunk = 1; chunk < chunks; chunk++) {
        next += 36 * plane;
        sum = f32x4.add(sum, v128.load(next));
      }
      v128.store(sums + frequency * pitch + at, sum);
    }
    from += plane;
  }
  for (let o = 0; o < outputs; o += 4) {
    const sum = sums + (<usize>o << 2);
    for (let column: usize = 0; column < 6; column++) {
      const at = sum + column * pitch;
      filterGradientTransform(
        v128.load(at),
        v128.load(at + 6 * pitch),
        v128.load(at + 12 * pitch),
        v128.load(at + 18 * pitch),
        v128.load(at + 24 * pitch),
        v128.load(at + 30 * pitch),
        columns + (column << 4),
        96,
      );
    }
    for (let row: usize = 0; row < 3; row++) {
      const at = columns + row * 96;
      filterGradientTransform(
        v128.load(at),
        v128.load(at, 16),
        v128.load(at, 32),
        v128.load(at, 48),
        v128.load(at, 64),
        v128.load(at, 80),
        taps + row * 48,
        16,
      );
    }
    const to = words.dfilter + (<usize>(task * outputs + o) << 2);
    for (let t: usize = 0; t < 9; t++) {
      storeFirst(to + t * tap, v128.load(taps + (t << 4)), outputs - o);
    }
  }
}

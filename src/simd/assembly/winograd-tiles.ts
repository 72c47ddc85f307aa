/**
 * Moves images into the Winograd domain and back. An image is cut into 4 x 4 tiles of outputs;
 * tiles are numbered along rows, row of tiles after row of tiles, image after image.
 *
 * The 36 frequencies of the tiles [begin, end) lie in 36 planes, `plane` bytes apart; a plane holds
 * one row of `pitch` bytes for each tile, with a float for each channel. Channels are handled in
 * groups of up to 16, one cache line. Vectors of four channels may overrun the channels of a tile's
 * row: what lies there is arbitrary and meets nothing but itself.
 */
import { activateRows, floorOf, isMoreThanFloor } from "./epilogue";
import { touch } from "./gemm-cache";
import { madd, storeFirst } from "./vector";
import {
  CONSTANTS_BYTES,
  inputTransform,
  outputGradientTransform,
  storeConstants,
} from "./winograd-transform";

/** Bytes of a group of channels. */
const GROUP: usize = 64;

// @ts-ignore: decorator
@inline
function rowAt(image: usize, y: i32, height: i32, rowBytes: usize, zeros: usize): usize {
  return y >= 0 && y < height ? image + <usize>y * rowBytes : zeros;
}

/**
 * Transforms `count` columns of inputs, 6 rows each, in place of `group` bytes of channels; the
 * rows start at r0 .. r5 and columns lie `pixel` bytes apart. Writes 6 x GROUP bytes a column.
 */
// @ts-ignore: decorator
@inline
function inputColumns(
  group: usize,
  count: i32,
  r0: usize,
  r1: usize,
  r2: usize,
  r3: usize,
  r4: usize,
  r5: usize,
  from: usize,
  pixel: usize,
  to: usize,
  constants: usize,
): void {
  const four = v128.load32_splat(constants);
  const minusFour = v128.load32_splat(constants, 4);
  const minusFive = v128.load32_splat(constants, 8);
  for (let column = 0; column < count; column++) {
    for (let lane: usize = 0; lane < group; lane += 16) {
      const at = from + lane;
      inputTransform(
        four,
        minusFour,
        minusFive,
        v128.load(r0 + at),
        v128.load(r1 + at),
        v128.load(r2 + at),
        v128.load(r3 + at),
        v128.load(r4 + at),
        v128.load(r5 + at),
        to + lane,
        GROUP,
      );
    }
    from += pixel;
    to += 6 * GROUP;
  }
}

/**
 * Transforms the rows of `count` tiles, whose columns `inputColumns` has transformed, into planes.
 */
// @ts-ignore: decorator
@inline
function inputRows(
  group: usize,
  count: i32,
  columns: usize,
  target: usize,
  plane: usize,
  pitch: usize,
  constants: usize,
): void {
  const four = v128.load32_splat(constants);
  const minusFour = v128.load32_splat(constants, 4);
  const minusFive = v128.load32_splat(constants, 8);
  // Row after row of frequencies: six planes at a time are written from one end to the other.
  for (let frequency = 0; frequency < 6; frequency++) {
    let from = columns;
    let to = target;
    for (let tile = 0; tile < count; tile++) {
      for (let lane: usize = 0; lane < group; lane += 16) {
        const d = from + lane;
        inputTransform(
          four,
          minusFour,
          minusFive,
          v128.load(d),
          v128.load(d, 6 * GROUP),
          v128.load(d, 12 * GROUP),
          v128.load(d, 18 * GROUP),
          v128.load(d, 24 * GROUP),
          v128.load(d, 30 * GROUP),
          to + lane,
          plane,
        );
      }
      from += 24 * GROUP;
      to += pitch;
    }
    columns += GROUP;
    target += 6 * plane;
  }
}

function clearColumns(count: i32, to: usize): void {
  if (count > 0) memory.fill(to, 0, <usize>count * 6 * GROUP);
}

/**
 * Plane values B' d B of the tiles [begin, end): the 6 x 6 inputs under each 4 x 4 tile of outputs,
 * with zeros outside the image.
 *
 * Neighbouring tiles of a row share two columns of inputs, so all columns of a row of tiles are
 * transformed first. `work` is room for the constants, a row of zeros and the transformed columns.
 */
export function inputToPlanes(
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  padTop: i32,
  padLeft: i32,
  tilesDown: i32,
  tilesAcross: i32,
  begin: i32,
  end: i32,
  planes: usize,
  plane: usize,
  pitch: usize,
  work: usize,
): void {
  const pixel = <usize>channels << 2;
  const rowBytes = <usize>width * pixel;
  const vectors = (pixel + 15) & ~(<usize>15);
  const longest = 4 * min(tilesAcross, end - begin) + 2;
  storeConstants(work);
  const zeros = work + CONSTANTS_BYTES;
  const zeroBytes = (<usize>longest * pixel + 79) & ~(<usize>63);
  memory.fill(zeros, 0, zeroBytes);
  const columns = zeros + zeroBytes;
  let tile = begin;
  while (tile < end) {
    const row = tile / tilesAcross;
    const across = tile - row * tilesAcross;
    const image = row / tilesDown;
    const count = min(tilesAcross - across, end - tile);
    const left = across * 4 - padLeft;
    const top = (row - image * tilesDown) * 4 - padTop;
    const source = x + <usize>image * <usize>height * rowBytes;
    const zeroRow = zeros - <usize>left * pixel;
    const r0 = rowAt(source, top, height, rowBytes, zeroRow);
    const r1 = rowAt(source, top + 1, height, rowBytes, zeroRow);
    const r2 = rowAt(source, top + 2, height, rowBytes, zeroRow);
    const r3 = rowAt(source, top + 3, height, rowBytes, zeroRow);
    const r4 = rowAt(source, top + 4, height, rowBytes, zeroRow);
    const r5 = rowAt(source, top + 5, height, rowBytes, zeroRow);
    const all = 4 * count + 2;
    const first = min(all, max(0, -left));
    const last = max(first, min(all, width - left));
    const target = planes + <usize>(tile - begin) * pitch;
    const firstColumn = columns + <usize>first * 6 * GROUP;
    const y0 = max(0, top);
    const corner = source + <usize>y0 * rowBytes + <usize>(left + first) * pixel;
    touch(min(height, top + 6) - y0, corner, rowBytes, <usize>(last - first) * pixel, columns);
    clearColumns(first, columns);
    clearColumns(all - last, columns + <usize>last * 6 * GROUP);
    for (let channel: usize = 0; channel < vectors; channel += GROUP) {
      const group = min(GROUP, vectors - channel);
      const from = <usize>(left + first) * pixel + channel;
      const to = target + channel;
      // A group of constant size lets the engine unroll its loop.
      if (group == GROUP) {
        inputColumns(GROUP, last - first, r0, r1, r2, r3, r4, r5, from, pixel, firstColumn, work);
        inputRows(GROUP, count, columns, to, plane, pitch, work);
      } else {
        inputColumns(group, last - first, r0, r1, r2, r3, r4, r5, from, pixel, firstColumn, work);
        inputRows(group, count, columns, to, plane, pitch, work);
      }
    }
    tile += count;
  }
}

/** Plane values A dy A' of the tiles [begin, end), with zeros outside the image. */
export function outputGradientToPlanes(
  dy: usize,
  height: i32,
  width: i32,
  channels: i32,
  tilesDown: i32,
  tilesAcross: i32,
  begin: i32,
  end: i32,
  planes: usize,
  plane: usize,
  pitch: usize,
  work: usize,
): void {
  const pixel = <usize>channels << 2;
  const rowBytes = <usize>width * pixel;
  const vectors = (pixel + 15) & ~(<usize>15);
  storeConstants(work);
  const four = v128.load32_splat(work);
  const eight = v128.load32_splat(work, 12);
  const zeros = work + CONSTANTS_BYTES;
  const zeroBytes = (pixel * 4 + 79) & ~(<usize>63);
  memory.fill(zeros, 0, zeroBytes);
  const columns = zeros + zeroBytes;
  const zero = f32x4.splat(0);
  for (let tile = begin; tile < end; tile++) {
    const row = tile / tilesAcross;
    const left = (tile - row * tilesAcross) * 4;
    const image = row / tilesDown;
    const top = (row - image * tilesDown) * 4;
    const source = dy + <usize>image * <usize>height * rowBytes;
    const r0 = source + <usize>top * rowBytes + <usize>left * pixel;
    if (tile == begin || left == 0) {
      const pixels = min(width - left, 4 * (end - tile));
      touch(min(4, height - top), r0, rowBytes, <usize>pixels * pixel, columns);
    }
    const r1 = top + 1 < height ? r0 + rowBytes : zeros;
    const r2 = top + 2 < height ? r0 + 2 * rowBytes : zeros;
    const r3 = top + 3 < height ? r0 + 3 * rowBytes : zeros;
    const last = min(4, width - left);
    const target = planes + <usize>(tile - begin) * pitch;
    for (let channel: usize = 0; channel < vectors; channel += GROUP) {
      const group = min(GROUP, vectors - channel);
      let from = channel;
      let to = columns;
      for (let column = 0; column < last; column++) {
        for (let lane: usize = 0; lane < group; lane += 16) {
          const at = from + lane;
          outputGradientTransform(
            four,
            eight,
            v128.load(r0 + at),
            v128.load(r1 + at),
            v128.load(r2 + at),
            v128.load(r3 + at),
            to + lane,
            GROUP,
          );
        }
        from += pixel;
        to += 6 * GROUP;
      }
      for (let column = last; column < 4; column++) {
        for (let i: usize = 0; i < 6 * GROUP; i += 16) v128.store(to + i, zero);
        to += 6 * GROUP;
      }
      let at = columns;
      to = target + channel;
      for (let frequency = 0; frequency < 6; frequency++) {
        for (let lane: usize = 0; lane < group; lane += 16) {
          const y = at + lane;
          outputGradientTransform(
            four,
            eight,
            v128.load(y),
            v128.load(y, 6 * GROUP),
            v128.load(y, 12 * GROUP),
            v128.load(y, 18 * GROUP),
            to + lane,
            plane,
          );
        }
        at += GROUP;
        to += 6 * plane;
      }
    }
  }
}

/** One tile's sums over the frequencies of each row: 6 rows of 4 vectors. */
// @ts-ignore: decorator
@inline
function sumFrequencies(from: usize, plane: usize, to: usize, four: v128, eight: v128): void {
  for (let frequency = 0; frequency < 6; frequency++) {
    const m0 = v128.load(from);
    from += plane;
    const m1 = v128.load(from);
    from += plane;
    const m2 = v128.load(from);
    from += plane;
    const m3 = v128.load(from);
    from += plane;
    const m4 = v128.load(from);
    from += plane;
    const m5 = v128.load(from);
    from += plane;
    const nearEven = f32x4.add(m1, m2);
    const nearOdd = f32x4.sub(m1, m2);
    const farEven = f32x4.add(m3, m4);
    const farOdd = f32x4.sub(m3, m4);
    v128.store(to, f32x4.add(f32x4.add(m0, nearEven), farEven));
    v128.store(to, f32x4.add(nearOdd, f32x4.add(farOdd, farOdd)), 16);
    v128.store(to, madd(four, farEven, nearEven), 32);
    v128.store(to, f32x4.add(madd(eight, farOdd, nearOdd), m5), 48);
    to += 64;
  }
}

/**
 * Four rows of outputs for each of `count` columns from their sums; `whole`: all rows, all lanes.
 */
// @ts-ignore: decorator
@inline
function storeOutputs(
  whole: bool,
  at: usize,
  count: i32,
  rows: i32,
  lanes: i32,
  offset: v128,
  floor: v128,
  four: v128,
  eight: v128,
  to: usize,
  pixel: usize,
  rowBytes: usize,
): void {
  for (let column = 0; column < count; column++) {
    const m1 = v128.load(at, 64);
    const m2 = v128.load(at, 128);
    const m3 = v128.load(at, 192);
    const m4 = v128.load(at, 256);
    const nearEven = f32x4.add(f32x4.add(m1, m2), offset);
    const nearOdd = f32x4.add(f32x4.sub(m1, m2), offset);
    const farEven = f32x4.add(m3, m4);
    const farOdd = f32x4.sub(m3, m4);
    const y0 = f32x4.pmax(f32x4.add(f32x4.add(v128.load(at), nearEven), farEven), floor);
    const y1 = f32x4.pmax(f32x4.add(nearOdd, f32x4.add(farOdd, farOdd)), floor);
    const y2 = f32x4.pmax(madd(four, farEven, nearEven), floor);
    const last = f32x4.add(madd(eight, farOdd, nearOdd), v128.load(at, 320));
    const y3 = f32x4.pmax(last, floor);
    if (whole) {
      v128.store(to, y0);
      v128.store(to + rowBytes, y1);
      v128.store(to + 2 * rowBytes, y2);
      v128.store(to + 3 * rowBytes, y3);
    } else {
      storeFirst(to, y0, lanes);
      if (rows > 1) storeFirst(to + rowBytes, y1, lanes);
      if (rows > 2) storeFirst(to + 2 * rowBytes, y2, lanes);
      if (rows > 3) storeFirst(to + 3 * rowBytes, y3, lanes);
    }
    at += 16;
    to += pixel;
  }
}

/**
 * `count` channels of y = A' m A + bias of the tiles [begin, end), then an activation. What lies
 * outside the image is not written.
 */
export function planesToOutput(
  planes: usize,
  plane: usize,
  pitch: usize,
  y: usize,
  height: i32,
  width: i32,
  channels: i32,
  count: i32,
  tilesDown: i32,
  tilesAcross: i32,
  begin: i32,
  end: i32,
  bias: usize,
  activation: i32,
  slopes: usize,
  work: usize,
): void {
  const pixel = <usize>channels << 2;
  const rowBytes = <usize>width * pixel;
  const bytes = <usize>count << 2;
  storeConstants(work);
  const four = v128.load32_splat(work);
  const eight = v128.load32_splat(work, 12);
  const sums = work + CONSTANTS_BYTES;
  // Without an activation the floor is minus infinity, which changes nothing.
  const floor = f32x4.splat(floorOf(activation));
  for (let tile = begin; tile < end; tile++) {
    const row = tile / tilesAcross;
    const left = (tile - row * tilesAcross) * 4;
    const image = row / tilesDown;
    const top = (row - image * tilesDown) * 4;
    const rows = min(4, height - top);
    const columns = min(4, width - left);
    const target = y + <usize>((image * height + top) * width + left) * pixel;
    const source = planes + <usize>(tile - begin) * pitch;
    if (tile == begin || left == 0) {
      const pixels = min(width - left, 4 * (end - tile));
      touch(rows, target, rowBytes, <usize>(pixels - 1) * pixel + bytes, sums);
    }
    for (let channel: usize = 0; channel < bytes; channel += 16) {
      sumFrequencies(source + channel, plane, sums, four, eight);
      const offset = bias ? v128.load(bias + channel) : f32x4.splat(0);
      const lanes = <i32>(bytes - channel) >> 2;
      const to = target + channel;
      if (rows == 4 && columns == 4 && lanes >= 4) {
        storeOutputs(true, sums, 4, 4, 4, offset, floor, four, eight, to, pixel, rowBytes);
      } else {
        storeOutputs(false, sums, columns, rows, lanes, offset, floor, four, eight, to, pixel, rowBytes);
      }
    }
    if (isMoreThanFloor(activation)) {
      for (let i = 0; i < rows; i++) {
        const line = target + <usize>i * rowBytes;
        activateRows(activation, columns, count, line, pixel, slopes, sums);
      }
    }
  }
}

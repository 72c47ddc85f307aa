/**
 * Moves images into the Winograd domain and back. An image is cut into 4 x 4 tiles of outputs;
 * tiles are numbered along rows, row of tiles after row of tiles, image after image.
 *
 * The 36 frequencies of the tiles [begin, end) lie in 36 planes, `plane` bytes apart; a plane holds one
 * row of `pitch` bytes for each tile, with a float for each channel. Channels are handled in groups of up to 16, one
 * cache line. Vectors of four channels may overrun the channels of a tile's row: what lies there is
 * arbitrary and meets nothing but itself.
 */
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
 * Plane values B' d B of the tiles [begin, end): the 6 x 6 inputs under each 4 x 4 tile of outputs,
 * with zeros outside the image.
 *
 * Neighbouring tiles of a row share two columns of inputs, so all columns of a row of tiles are transformed first.
 * `work` is room for the constants, a row of zeros and the transformed columns: inputWorkBytes.
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
  const four = v128.load32_splat(work);
  const minusFour = v128.load32_splat(work, 4);
  const minusFive = v128.load32_splat(work, 8);
  const zeros = work + CONSTANTS_BYTES;
  const zeroBytes = (<usize>longest * pixel + 79) & ~(<usize>63);
  memory.fill(zeros, 0, zeroBytes);
  const columns = zeros + zeroBytes;
  const zero = f32x4.splat(0);
  let tile = begin;
  while (tile < end) {
    const row = tile / tilesAcross;
    const across = tile - row * tilesAcross;
    const image = row / tilesDown;
    const count = min(tilesAcross - across, end - tile);
    const left = across * 4 - padLeft;
    const top = (row - image * tilesDown) * 4 - padTop;
    const source = x + <usize>image * <usize>height * rowBytes;
    const r0 = rowAt(source, top, height, rowBytes, zeros - <usize>left * pixel);
    const r1 = rowAt(source, top + 1, height, rowBytes, zeros - <usize>left * pixel);
    const r2 = rowAt(source, top + 2, height, rowBytes, zeros - <usize>left * pixel);
    const r3 = rowAt(source, top + 3, height, rowBytes, zeros - <usize>left * pixel);
    const r4 = rowAt(source, top + 4, height, rowBytes, zeros - <usize>left * pixel);
    const r5 = rowAt(source, top + 5, height, rowBytes, zeros - <usize>left * pixel);
    const first = min(4 * count + 2, max(0, -left));
    const last = max(first, min(4 * count + 2, width - left));
    const target = planes + <usize>(tile - begin) * pitch;
    for (let channel: usize = 0; channel < vectors; channel += GROUP) {
      const group = min(GROUP, vectors - channel);
      let to = columns;
      for (let column = 0; column < first; column++) {
        for (let i: usize = 0; i < 6 * GROUP; i += 16) v128.store(to + i, zero);
        to += 6 * GROUP;
      }
      let from = <usize>(left + first) * pixel + channel;
      for (let column = first; column < last; column++) {
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
      for (let column = last; column < 4 * count + 2; column++) {
        for (let i: usize = 0; i < 6 * GROUP; i += 16) v128.store(to + i, zero);
        to += 6 * GROUP;
      }
      let tileColumns = columns;
      let tileTarget = target + channel;
      for (let i = 0; i < count; i++) {
        let at = tileColumns;
        to = tileTarget;
        for (let frequency = 0; frequency < 6; frequency++) {
          for (let lane: usize = 0; lane < group; lane += 16) {
            const d = at + lane;
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
          at += GROUP;
          to += 6 * plane;
        }
        tileColumns += 24 * GROUP;
        tileTarget += pitch;
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

/** y = A' m A + bias of the tiles [begin, end), then max(y, 0) if `relu`; what lies outside the image is not written. */
export function planesToOutput(
  planes: usize,
  plane: usize,
  pitch: usize,
  y: usize,
  height: i32,
  width: i32,
  channels: i32,
  tilesDown: i32,
  tilesAcross: i32,
  begin: i32,
  end: i32,
  bias: usize,
  relu: bool,
  work: usize,
): void {
  const pixel = <usize>channels << 2;
  const rowBytes = <usize>width * pixel;
  storeConstants(work);
  const four = v128.load32_splat(work);
  const eight = v128.load32_splat(work, 12);
  const sums = work + CONSTANTS_BYTES;
  const zero = f32x4.splat(0);
  // Without an activation the floor is minus infinity, which changes nothing.
  const floor = f32x4.splat(relu ? 0 : -Infinity);
  for (let tile = begin; tile < end; tile++) {
    const row = tile / tilesAcross;
    const left = (tile - row * tilesAcross) * 4;
    const image = row / tilesDown;
    const top = (row - image * tilesDown) * 4;
    const rows = min(4, height - top);
    const last = min(4, width - left);
    const target = y + <usize>((image * height + top) * width + left) * pixel;
    const source = planes + <usize>(tile - begin) * pitch;
    for (let channel: usize = 0; channel < pixel; channel += 16) {
      let from = source + channel;
      let to = sums;
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
      const offset = bias ? v128.load(bias + channel) : zero;
      const lanes = <i32>(pixel - channel) >> 2;
      let at = sums;
      to = target + channel;
      for (let column = 0; column < last; column++) {
        const m1 = v128.load(at, 64);
        const m2 = v128.load(at, 128);
        const m3 = v128.load(at, 192);
        const m4 = v128.load(at, 256);
        const nearEven = f32x4.add(f32x4.add(m1, m2), offset);
        const nearOdd = f32x4.add(f32x4.sub(m1, m2), offset);
        const farEven = f32x4.add(m3, m4);
        const farOdd = f32x4.sub(m3, m4);
        const y0 = f32x4.add(f32x4.add(v128.load(at), nearEven), farEven);
        const y1 = f32x4.add(nearOdd, f32x4.add(farOdd, farOdd));
        const y2 = madd(four, farEven, nearEven);
        const y3 = f32x4.add(madd(eight, farOdd, nearOdd), v128.load(at, 320));
        storeFirst(to, f32x4.pmax(y0, floor), lanes);
        if (rows > 1) storeFirst(to + rowBytes, f32x4.pmax(y1, floor), lanes);
        if (rows > 2) storeFirst(to + 2 * rowBytes, f32x4.pmax(y2, floor), lanes);
        if (rows > 3) storeFirst(to + 3 * rowBytes, f32x4.pmax(y3, floor), lanes);
        at += 16;
        to += pixel;
      }
    }
  }
}

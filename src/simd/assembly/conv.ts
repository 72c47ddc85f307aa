/**
 * Convolutions of any filter size, stride, dilation and padding as matrix products whose left
 * matrix is never built: the product's inner loop reads element (pixel, k) at pixelAddress +
 * step[k], where a table holds the distance of every filter tap and channel from the pixel. The
 * host pads the image beforehand, so that no tap falls outside.
 */
import { finishRows } from "./epilogue";
import { touch } from "./gemm-cache";
import { storeFirst } from "./vector";
import { packColumns, packRows } from "./gemm-pack";
import {
  panel_columns,
  panel_columns_add,
  panel_gather,
  panel_rows,
  panel_rows_add,
} from "./gemm-tiles.generated";
import {
  Conv2dFilterGradientSumWords,
  Conv2dFilterGradientWords,
  Conv2dPackFilterWords,
  Conv2dPadWords,
  Conv2dWords,
} from "./words.generated";

/** Copies images into larger ones with zeros around. Tasks: blocks of rows of out. */
export function conv2d_pad_f32(task: i32, words: Conv2dPadWords, scratch: usize): void {
  const height = words.height;
  const pixel = <usize>words.channels << 2;
  const outHeight = words.outHeight;
  const outBytes = <usize>words.outWidth * pixel;
  const left = words.left * pixel;
  const bytes = <usize>words.width * pixel;
  const end = min(words.outRows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    const image = row / outHeight;
    const y = row - image * outHeight - words.top;
    const to = words.out + <usize>row * outBytes;
    if (y < 0 || y >= height) {
      memory.fill(to, 0, outBytes);
      continue;
    }
    memory.fill(to, 0, left);
    memory.copy(to + left, words.x + <usize>(image * height + y) * bytes, bytes);
    memory.fill(to + left + bytes, 0, outBytes - left - bytes);
  }
}

/**
 * Packs a filter [taps, ci, co] into panels of 8 columns. Plain: the columns are output channels,
 * row (tap, ci). Transposed: the columns are input channels, row (tap, co), and only the listed taps
 * are taken. Tasks: panels.
 */
export function conv2d_pack_filter_f32(task: i32, words: Conv2dPackFilterWords, scratch: usize): void {
  const filter = words.filter;
  const rows = words.rows;
  const columns = words.columns;
  const transposed = words.transposed != 0;
  const taps = words.taps;
  const indices = words.indices;
  const first = task * 8;
  const tapBytes = <usize>(rows * columns) << 2;
  let panel = words.panels + (<usize>first * <usize>(rows * taps) << 2);
  for (let tap = 0; tap < taps; tap++) {
    const from = filter + <usize>load<u32>(indices + (<usize>tap << 2)) * tapBytes;
    if (transposed) {
      const rowBytes = <usize>rows << 2;
      packRows(rows, columns - first, from + <usize>first * rowBytes, rowBytes, panel);
    } else packColumns(rows, 8, from + (<usize>first << 2), <usize>columns << 2, panel, 0);
    panel += <usize>rows << 5;
  }
}

/** Writes the addresses of `count` pixels from number `begin` on, relative to `base`. */
function pixelAddresses(
  begin: i32,
  count: i32,
  rows: i32,
  columns: i32,
  base: usize,
  imageBytes: usize,
  rowBytes: usize,
  pixelBytes: usize,
  to: usize,
): void {
  const line = begin / columns;
  let column = begin - line * columns;
  let image = line / rows;
  let row = line - image * rows;
  for (let i = 0; i < count; i++) {
    const at = <usize>image * imageBytes + <usize>row * rowBytes + <usize>column * pixelBytes;
    store<u32>(to, <u32>(base + at));
    to += 4;
    if (++column == columns) {
      column = 0;
      if (++row == rows) {
        row = 0;
        image++;
      }
    }
  }
}

/** Steps of a sum whose panel (8 KiB) stays in the first-level cache. */
const DEPTH: i32 = 256;

/** Rows of a matrix times panels of 8 columns, `width` bytes of them. */
function multiplyRows(
  rows: i32,
  depth: i32,
  a: usize,
  lda: usize,
  panels: usize,
  c: usize,
  ldc: usize,
  width: usize,
): void {
  for (let k = 0; k < depth; k += DEPTH) {
    const part = min(DEPTH, depth - k);
    let panel = panels + (<usize>k << 5);
    for (let at: usize = 0; at < width; at += 32) {
      if (k > 0) panel_rows_add(rows, part, a, lda, panel, 32, c + at, ldc);
      else panel_rows(rows, part, a, lda, panel, 32, c + at, ldc);
      panel += <usize>depth << 5;
    }
    a += DEPTH << 2;
  }
}

/** out = x * filter + bias. Tasks: blocks of pixels x blocks of panels. */
export function conv2d_f32(task: i32, words: Conv2dWords, scratch: usize): void {
  const depth = words.depth;
  const activation = words.activation;
  const rows = words.rows;
  const columns = words.columns;
  const block = words.perTask;
  const pixelBlock = task / words.panelBlocks;
  const firstPanel = (task - pixelBlock * words.panelBlocks) * words.panelsPerTask;
  const firstChannel = <usize>firstPanel << 5;
  const channels = min(words.panelsPerTask << 3, words.channels - (firstPanel << 3));
  const begin = pixelBlock * block;
  const count = min(block, words.pixels - begin);
  const steps = words.steps;
  const bias = words.bias ? words.bias + firstChannel : 0;
  const out = words.out + firstChannel;
  const outRow = words.toRow;
  const outPixel = words.toPixel;
  const sources = scratch;
  const targets = sources + (<usize>block << 2);
  const tile = (targets + (<usize>block << 2) + 63) & ~(<usize>63);
  // Pixels that follow each other in the output are written in place.
  const dense =
    outPixel == <usize>words.channels << 2 &&
    outRow == <usize>columns * outPixel &&
    words.toImage == <usize>rows * outRow &&
    (words.channels & 7) == 0;
  const width = <usize>((channels + 7) & ~7) << 2;
  const pitch = dense ? outPixel : width;
  const product = dense ? out + <usize>begin * outPixel : tile;
  const panels = words.panels + <usize>firstPanel * (<usize>depth << 5);
  if (words.matrixPitch) {
    const a = words.x + <usize>load<u32>(steps) + <usize>begin * words.matrixPitch;
    multiplyRows(count, depth, a, words.matrixPitch, panels, product, pitch, width);
  } else {
    pixelAddresses(
      begin,
      count,
      rows,
      columns,
      words.x,
      words.fromImage,
      words.fromRow,
      words.fromPixel,
      sources,
    );
    let panel = panels;
    for (let at: usize = 0; at < width; at += 32) {
      panel_gather(count, depth, sources, steps, panel, 32, product + at, pitch);
      panel += <usize>depth << 5;
    }
  }
  if (bias || activation) {
    const slopes = words.slopes + firstChannel;
    finishRows(count, channels, product, pitch, bias, activation, slopes, scratch);
  }
  if (dense) return;
  pixelAddresses(begin, count, rows, columns, out, words.toImage, outRow, outPixel, targets);
  for (let i = 0; i < count; i++) {
    const from = product + <usize>i * pitch;
    const to = <usize>load<u32>(targets + (<usize>i << 2));
    for (let channel = 0; channel < channels; channel += 4) {
      const at = <usize>channel << 2;
      storeFirst(to + at, v128.load(from + at), channels - channel);
    }
  }
}

/**
 * Copies elements (pixel, k) of `count` pixels and the steps of `depth` k to rows of `pitch` bytes,
 * one a pixel. Up to three elements behind a row are overwritten.
 */
function gatherRows(count: i32, depth: i32, x: usize, pixels: usize, steps: usize, to: usize, pitch: usize): void {
  const last = pixels + (<usize>count << 2);
  for (let k = 0; k < depth;) {
    const from = load<u32>(steps + (<usize>k << 2));
    let at = to + (<usize>k << 2);
    for (let pixel = pixels; pixel < last; pixel += 4) {
      v128.store(at, v128.load(x + <usize>(load<u32>(pixel) + from)));
      at += pitch;
    }
    // What does not follow in memory is overwritten by the next copy.
    let run = 1;
    while (run < 4 && k + run < depth && load<u32>(steps + (<usize>(k + run) << 2)) == from + (run << 2)) run++;
    k += run;
  }
}

/**
 * The filter's gradient over the pixels of one chunk: row k of dfilter sums x[pixel + step[k]]
 * dy[pixel]. Tasks: chunks of pixels x blocks of rows.
 */
export function conv2d_filter_gradient_f32(task: i32, words: Conv2dFilterGradientWords, scratch: usize): void {
  const channels = words.channels;
  const block = words.perBlock;
  const rowBlocks = words.rowBlocks;
  const chunk = task / rowBlocks;
  const row = (task - chunk * rowBlocks) * words.rowsPerTask;
  const rows = min(words.rowsPerTask, words.depth - row);
  const first = chunk * words.perChunk;
  const end = min(words.pixels, first + words.perChunk);
  const pitch = <usize>((channels + 7) & ~7) << 2;
  const sums = words.sums + <usize>(chunk * words.depth + row) * pitch;
  const steps = words.steps + (<usize>row << 2);
  const lda = <usize>((rows + 6) & ~3) << 2;
  const pixels = scratch;
  const a = pixels + (<usize>block << 2);
  const panels = a + <usize>block * lda;
  // Not a power of two, so that panels do not share cache sets.
  const panelBytes = (<usize>block << 5) + 64;
  for (let begin = first; begin < end; begin += block) {
    const count = min(block, end - begin);
    pixelAddresses(
      begin,
      count,
      words.rows,
      words.columns,
      0,
      words.fromImage,
      words.fromRow,
      words.fromPixel,
      pixels,
    );
    gatherRows(count, rows, words.x, pixels, steps, a, lda);
    const dy = words.dy + (<usize>(begin * channels) << 2);
    const pixel = <usize>channels << 2;
    // Few channels stay in the first-level cache as they are.
    const packs = pixel > 128;
    if (packs) packColumns(count, channels, dy, pixel, panels, panelBytes);
    else touch(1, dy, 0, <usize>count * pixel, panels);
    let b = packs ? panels : dy;
    const ldb = packs ? 32 : pixel;
    for (let at: usize = 0; at < pitch; at += 32) {
      if (begin > first) panel_columns_add(rows, count, a, lda, b, ldb, sums + at, pitch);
      else panel_columns(rows, count, a, lda, b, ldb, sums + at, pitch);
      b += packs ? panelBytes : 32;
    }
  }
}

/** Adds the chunks in their order. Tasks: blocks of rows of dfilter. */
export function conv2d_filter_gradient_sum_f32(task: i32, words: Conv2dFilterGradientSumWords, scratch: usize): void {
  const depth = words.depth;
  const channels = words.channels;
  const chunks = words.chunks;
  const block = words.perTask;
  const pitch = <usize>((channels + 7) & ~7) << 2;
  const chunkBytes = <usize>depth * pitch;
  const end = min(depth, (task + 1) * block);
  for (let k = task * block; k < end; k++) {
    for (let channel = 0; channel < channels; channel += 4) {
      let from = words.sums + <usize>k * pitch + (<usize>channel << 2);
      let sum = v128.load(from);
      for (let chunk = 1; chunk < chunks; chunk++) {
        from += chunkBytes;
        sum = f32x4.add(sum, v128.load(from));
      }
      const to = words.dfilter + (<usize>(k * channels + channel) << 2);
      storeFirst(to, sum, channels - channel);
    }
  }
}

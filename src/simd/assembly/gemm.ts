/** Matrix products C = A B (+ bias, then an activation), A and B each as they are or transposed. */
import { finishRows } from "./epilogue";
import { madd, storeFirst } from "./vector";
import { packColumns, packRows } from "./gemm-pack";
import {
  panel_columns,
  panel_columns_add,
  panel_rows,
  panel_rows_add,
} from "./gemm-tiles.generated";
import { GemmSumWords, GemmWords, SHALLOW } from "./words.generated";

/** Depth of a packed block of B: a panel of it (8 KiB) stays in the first-level cache. */
const DEPTH: i32 = 256;

/** Rows of the transposed A that are copied together. */
const ROWS: i32 = 96;

/**
 * Copies `columns` of each of the `rows` 8 columns wide rows at `from` to rows `ldc` bytes apart.
 */
function storeColumns(rows: i32, columns: i32, from: usize, to: usize, ldc: usize): void {
  for (let i = 0; i < rows; i++) {
    storeFirst(to, v128.load(from), columns);
    if (columns > 4) storeFirst(to + 16, v128.load(from, 16), columns - 4);
    from += 32;
    to += ldc;
  }
}

/** One row of a product of one step or two. */
// @ts-ignore: decorator
@inline
function shallowRow(k: i32, columns: i32, a: usize, b: usize, ldb: usize, c: usize): void {
  const zero = f32x4.splat(0);
  const a0 = v128.load32_splat(a);
  const a1 = k > 1 ? v128.load32_splat(a, 4) : zero;
  let b1 = b + ldb;
  let left = columns;
  for (; left >= 16; left -= 16) {
    let s0 = madd(v128.load(b), a0, zero);
    let s1 = madd(v128.load(b, 16), a0, zero);
    let s2 = madd(v128.load(b, 32), a0, zero);
    let s3 = madd(v128.load(b, 48), a0, zero);
    if (k > 1) {
      s0 = madd(v128.load(b1), a1, s0);
      s1 = madd(v128.load(b1, 16), a1, s1);
      s2 = madd(v128.load(b1, 32), a1, s2);
      s3 = madd(v128.load(b1, 48), a1, s3);
    }
    v128.store(c, s0);
    v128.store(c, s1, 16);
    v128.store(c, s2, 32);
    v128.store(c, s3, 48);
    b += 64;
    b1 += 64;
    c += 64;
  }
  for (; left > 0; left -= 4) {
    let sum = madd(v128.load(b), a0, zero);
    if (k > 1) sum = madd(v128.load(b1), a1, sum);
    storeFirst(c, sum, left);
    b += 16;
    b1 += 16;
    c += 16;
  }
}

/**
 * One block of a batch of products.
 *
 * With several chunks of k, each writes a product of its own, [batch, chunks, m, n], for
 * gemm_sum_f32. Tasks: batch x chunks x blocks of rows x blocks of columns.
 */
export function gemm_f32(task: i32, words: GemmWords, scratch: usize): void {
  const m = words.m;
  const n = words.n;
  const k = words.k;
  const lda = words.lda;
  const ldb = words.ldb;
  const transposeA = words.transposeA != 0;
  const transposeB = words.transposeB != 0;
  const blockRows = words.blockRows;
  const blockColumns = words.blockColumns;
  const rowBlocks = words.rowBlocks;
  const columnBlocks = words.columnBlocks;
  const chunk = words.perChunk;
  const chunks = words.chunks;
  const columnBlock = task % columnBlocks;
  task /= columnBlocks;
  const rowBlock = task % rowBlocks;
  task /= rowBlocks;
  const product = task / chunks;
  const offsetsA = words.offsetsA;
  const offsetsB = words.offsetsB;
  const i0 = rowBlock * blockRows;
  const j0 = columnBlock * blockColumns;
  const kBegin = (task - product * chunks) * chunk;
  const kEnd = min(k, kBegin + chunk);
  const rows = min(blockRows, m - i0);
  const columns = min(blockColumns, n - j0);
  const ldc = <usize>n << 2;
  const c = words.c + <usize>task * <usize>m * ldc + <usize>i0 * ldc + (<usize>j0 << 2);
  let a = words.a + <usize>i0 * (transposeA ? 4 : lda);
  let b = words.b + <usize>j0 * (transposeB ? ldb : 4);
  if (offsetsA) a += <usize>load<u32>(offsetsA + (<usize>product << 2));
  if (offsetsB) b += <usize>load<u32>(offsetsB + (<usize>product << 2));

  const isShallow = k <= SHALLOW && !transposeA && !transposeB;
  for (let i = 0; isShallow && i < rows; i++) {
    const row = a + <usize>i * lda;
    const to = c + <usize>i * ldc;
    if (k == 1) shallowRow(1, columns, row, b, ldb, to);
    else shallowRow(2, columns, row, b, ldb, to);
  }
  const kept = words.panels;
  // Not a power of two, so that panels do not share cache sets.
  const packedBytes: usize = (DEPTH << 5) + 64;
  const panelBytes = kept ? <usize>k << 5 : packedBytes;
  const copied = scratch + <usize>((blockColumns + 7) >> 3) * packedBytes;
  const edge = copied + DEPTH * ROWS * 4;
  for (let k0 = kBegin; k0 < kEnd && !isShallow; k0 += DEPTH) {
    const depth = min(DEPTH, kEnd - k0);
    const adds = k0 > kBegin;
    const panels = kept ? kept + <usize>(j0 >> 3) * panelBytes + (<usize>k0 << 5) : scratch;
    let panel = panels;
    if (kept) {
      // Packed already.
    } else if (transposeB) {
      for (let j = 0; j < columns; j += 8) {
        packRows(depth, columns - j, b + <usize>j * ldb + (<usize>k0 << 2), ldb, panel);
        panel += panelBytes;
      }
    } else packColumns(depth, columns, b + <usize>k0 * ldb, ldb, panels, panelBytes);
    for (let i = 0; i < rows; i += ROWS) {
      const height = min(ROWS, rows - i);
      let rowsAt = a + <usize>i * lda + (<usize>k0 << 2);
      if (transposeA) {
        // The rows of A' for one k are contiguous, but the next k may be a page away.
        rowsAt = copied;
        let from = a + <usize>k0 * lda + (<usize>i << 2);
        for (let kk = 0; kk < depth; kk++) {
          const to = rowsAt + <usize>kk * (ROWS * 4);
          for (let at: usize = 0; at < <usize>height << 2; at += 16) {
            v128.store(to + at, v128.load(from + at));
          }
          from += lda;
        }
      }
      panel = panels;
      for (let j = 0; j < columns; j += 8) {
        const whole = columns - j >= 8;
        const target = c + <usize>i * ldc + (<usize>j << 2);
        const to = whole ? target : edge;
        const pitch = whole ? ldc : 32;
        if (!whole && adds) {
          for (let r: usize = 0; r < <usize>height; r++) {
            v128.store(to + (r << 5), v128.load(target + r * ldc));
            v128.store(to + (r << 5), v128.load(target + r * ldc, 16), 16);
          }
        }
        if (transposeA) {
          if (adds) panel_columns_add(height, depth, rowsAt, ROWS * 4, panel, 32, to, pitch);
          else panel_columns(height, depth, rowsAt, ROWS * 4, panel, 32, to, pitch);
        } else if (adds) panel_rows_add(height, depth, rowsAt, lda, panel, 32, to, pitch);
        else panel_rows(height, depth, rowsAt, lda, panel, 32, to, pitch);
        if (!whole) storeColumns(height, columns - j, to, target, ldc);
        panel += panelBytes;
      }
    }
  }
  const bias = words.bias;
  const activation = words.activation;
  if (bias || activation) {
    const first = <usize>j0 << 2;
    const slopes = words.slopes + first;
    finishRows(rows, columns, c, ldc, bias ? bias + first : 0, activation, slopes, scratch);
  }
}

/** Adds the chunks of k in their order. Tasks: batch x blocks of rows. */
export function gemm_sum_f32(task: i32, words: GemmSumWords, scratch: usize): void {
  const n = words.n;
  const m = words.m;
  const chunks = words.chunks;
  const block = words.perTask;
  const blocks = (m + block - 1) / block;
  const product = task / blocks;
  const i0 = (task - product * blocks) * block;
  const rows = min(block, m - i0);
  const matrix = <usize>(m * n) << 2;
  const first = <usize>(i0 * n) << 2;
  const from = words.partial + <usize>(product * chunks) * matrix + first;
  const to = words.c + <usize>product * matrix + first;
  const count = rows * n;
  for (let i = 0; i < count; i += 4) {
    let at = from + (<usize>i << 2);
    let sum = v128.load(at);
    for (let chunk = 1; chunk < chunks; chunk++) {
      at += matrix;
      sum = f32x4.add(sum, v128.load(at));
    }
    storeFirst(to + (<usize>i << 2), sum, count - i);
  }
  const bias = words.bias;
  const activation = words.activation;
  if (bias || activation) {
    finishRows(rows, n, to, <usize>n << 2, bias, activation, words.slopes, scratch);
  }
}

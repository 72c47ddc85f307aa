/**
 * Batch normalisation in training, over the rows of a [rows, channels] matrix, and its gradient.
 * Rows are summed in chunks of fixed size; chunks are combined in their order in float64. Partial
 * results and coefficients have a float for each channel, rounded up to four (`pitch` bytes).
 */
import { activationGradientBlock } from "./activation-gradient";
import { activateRows } from "./epilogue";
import { addBiasGradient } from "./fused-activation";
import {
  ActivationGradient,
  BatchNormApplyWords,
  BatchNormCombineWords,
  BatchNormGradientApplyWords,
  BatchNormGradientCombineWords,
  BatchNormGradientSumsWords,
  BatchNormMomentsWords,
  SCRATCH_BYTES,
} from "./words.generated";
import { touch } from "./gemm-cache";
import { betaOrZeros, normalized, pitchOf } from "./normalized";
import { passThroughPool } from "./normalized-pool";
import { madd, storeFirst } from "./vector";

/** Rows that are worked on together: about so many bytes of them stay in the first-level cache. */
const BLOCK_BYTES: usize = 8192;

// @ts-ignore: decorator
@inline
function rowsPerBlock(rowBytes: usize): i32 {
  return max(1, <i32>(BLOCK_BYTES / rowBytes));
}

/** Rows that sums are taken of together. */
const TOGETHER: i32 = 4;

/**
 * Has the next rows in the first-level cache, if they are so long that working on them side by side would confuse what
 * fetches memory ahead.
 */
// @ts-ignore: decorator
@inline
function fetch(rows: i32, rowBytes: usize, from: usize, unused: usize): void {
  if (rowBytes > 256) touch(1, from, 0, <usize>rows * rowBytes, unused);
}

/**
 * Mean and sum of squared deviations of each channel in one chunk. Sums run over the differences
 * from the chunk's first row, which keeps them small where the mean is large. Tasks: chunks.
 */
export function batch_norm_moments_f32(task: i32, words: BatchNormMomentsWords, scratch: usize): void {
  const channels = words.channels;
  const begin = task * words.perChunk;
  const rows = min(words.perChunk, words.rows - begin);
  const rowBytes = <usize>channels << 2;
  const pitch = pitchOf(channels);
  const x = words.x + <usize>begin * rowBytes;
  const sums = words.partial + <usize>task * 2 * pitch;
  memory.fill(sums, 0, 2 * pitch);
  addMoments(rows, rowBytes, x, sums, pitch, scratch);
  const inverse = f32x4.splat(1 / <f32>rows);
  for (let at: usize = 0; at < rowBytes; at += 16) {
    const sum = v128.load(sums + at);
    const mean = f32x4.mul(sum, inverse);
    v128.store(sums + at, f32x4.add(v128.load(x + at), mean));
    const deviation = f32x4.sub(v128.load(sums + pitch + at), f32x4.mul(sum, mean));
    v128.store(sums + pitch + at, f32x4.pmax(deviation, f32x4.splat(0)));
  }
}

/**
 * Adds the differences of `rows` rows from the first, and their squares, to the sums of each channel. Here and below:
 * some rows at a time, which memory gives as fast as it can while sums are seldom loaded and stored. `spare`: 16
 * bytes that nobody else uses.
 */
function addMoments(rows: i32, rowBytes: usize, x: usize, sums: usize, pitch: usize, spare: usize): void {
  const shifts = x;
  for (; rows > 0; rows -= TOGETHER) {
    const together = min(rows, TOGETHER);
    fetch(together, rowBytes, x, spare);
    for (let c: usize = 0; c < rowBytes; c += 16) {
      const shift = v128.load(shifts + c);
      let s = v128.load(sums + c);
      let q = v128.load(sums + pitch + c);
      let at = x + c;
      let row = 0;
      do {
        const d = f32x4.sub(v128.load(at), shift);
        s = f32x4.add(s, d);
        q = madd(d, d, q);
        at += rowBytes;
      } while (++row < together);
      v128.store(sums + c, s);
      v128.store(sums + pitch + c, q);
    }
    x += TOGETHER * rowBytes;
  }
}

/**
 * Combines the chunks: mean, biased variance, and factor = gamma / sqrt(variance + epsilon). One
 * task.
 */
export function batch_norm_combine_f32(task: i32, words: BatchNormCombineWords, scratch: usize): void {
  const partial = words.partial;
  const gamma = words.gamma;
  const rows = words.rows;
  const channels = words.channels;
  const perChunk = words.perChunk;
  const epsilon = <f64>words.epsilon;
  const pitch = pitchOf(channels);
  const chunks = (rows + perChunk - 1) / perChunk;
  const whole = <f64>perChunk;
  const rest = <f64>(rows - (chunks - 1) * perChunk);
  for (let c = 0; c < channels; c++) {
    const at = <usize>c << 2;
    let sum: f64 = 0;
    let from = partial + at;
    for (let chunk = 1; chunk < chunks; chunk++) {
      sum += <f64>load<f32>(from);
      from += 2 * pitch;
    }
    const mean = (sum * whole + <f64>load<f32>(from) * rest) / <f64>rows;
    let within: f64 = 0;
    let between: f64 = 0;
    from = partial + at;
    for (let chunk = 1; chunk < chunks; chunk++) {
      const away = <f64>load<f32>(from) - mean;
      between += away * away;
      within += <f64>load<f32>(from + pitch);
      from += 2 * pitch;
    }
    const away = <f64>load<f32>(from) - mean;
    const squares = within + <f64>load<f32>(from + pitch) + between * whole + away * away * rest;
    const variance = squares / <f64>rows;
    store<f32>(words.mean + at, <f32>mean);
    store<f32>(words.variance + at, <f32>variance);
    const scale = gamma ? <f64>load<f32>(gamma + at) : 1;
    store<f32>(words.factor + at, <f32>(scale / sqrt(variance + epsilon)));
  }
}

/** Bytes of scratch memory that a block of rows takes. */
// @ts-ignore: decorator
@inline
function blockBytes(rows: i32, pitch: usize, rowBytes: usize): usize {
  return max(<usize>rows * rowBytes, pitch) + 64;
}

/** y = (x - mean) factor + beta, then an activation. Tasks: blocks of rows. */
export function batch_norm_apply_f32(task: i32, words: BatchNormApplyWords, scratch: usize): void {
  const begin = task * words.perChunk;
  const end = min(words.rows, begin + words.perChunk);
  const channels = words.channels;
  const rowBytes = <usize>channels << 2;
  const pitch = pitchOf(channels);
  const mean = words.mean;
  const factor = words.factor;
  const beta = betaOrZeros(words.beta, pitch, scratch + 64);
  const activation = words.activation;
  const whole = rowBytes & ~(<usize>15);
  const block = rowsPerBlock(rowBytes);
  for (let first = begin; first < end; first += block) {
    const rows = min(block, end - first);
    let x = words.x + <usize>first * rowBytes;
    let y = words.y + <usize>first * rowBytes;
    for (let row = 0; row < rows; row++) {
      for (let at: usize = 0; at < whole; at += 16) {
        v128.store(y + at, normalized(x + at, mean + at, factor + at, beta + at));
      }
      if (whole < rowBytes) {
        const last = normalized(x + whole, mean + whole, factor + whole, beta + whole);
        storeFirst(y + whole, last, <i32>(rowBytes - whole) >> 2);
      }
      x += rowBytes;
      y += rowBytes;
    }
    if (activation) {
      const at = words.y + <usize>first * rowBytes;
      activateRows(activation, rows, channels, at, rowBytes, words.slopes, scratch);
    }
  }
}

/** Rows that go through what is behind together: of a pooling, those of two lines. */
// @ts-ignore: decorator
@inline
function rowsTogether(poolWidth: i32, rowBytes: usize): i32 {
  return poolWidth ? 2 * poolWidth : rowsPerBlock(rowBytes);
}

/** Where the gradient that belongs to a row of x begins: a pooling has a quarter of the rows. */
// @ts-ignore: decorator
@inline
function gradientAt(dy: usize, row: i32, rowBytes: usize, poolWidth: i32): usize {
  return dy + <usize>(poolWidth ? row >> 2 : row) * rowBytes;
}

/** dz = dy times the slope of an activation at z = (x - mean) factor + beta, of some rows. */
function throughActivation(
  gradient: i32,
  alpha: f32,
  rows: i32,
  rowBytes: usize,
  x: usize,
  dy: usize,
  dz: usize,
  mean: usize,
  factor: usize,
  beta: usize,
): void {
  let z = dz;
  for (let row = 0; row < rows; row++) {
    // What is stored behind a row the next one overwrites.
    for (let at: usize = 0; at < rowBytes; at += 16) {
      v128.store(z + at, normalized(x + at, mean + at, factor + at, beta + at));
    }
    x += rowBytes;
    z += rowBytes;
  }
  activationGradientBlock(gradient - 1, dy, dz, dz, <usize>rows * rowBytes, f32x4.splat(alpha));
}

/** Adds dy and dy (x - mean) of `rows` rows to the sums of each channel. */
function addGradientSums(
  rows: i32,
  rowBytes: usize,
  x: usize,
  dy: usize,
  mean: usize,
  sums: usize,
  pitch: usize,
  spare: usize,
): void {
  for (; rows > 0; rows -= TOGETHER) {
    const together = min(rows, TOGETHER);
    fetch(together, rowBytes, x, spare);
    fetch(together, rowBytes, dy, spare);
    for (let c: usize = 0; c < rowBytes; c += 16) {
      const m = v128.load(mean + c);
      let s = v128.load(sums + c);
      let q = v128.load(sums + pitch + c);
      let at = c;
      let row = 0;
      do {
        const d = v128.load(dy + at);
        s = f32x4.add(s, d);
        q = madd(d, f32x4.sub(v128.load(x + at), m), q);
        at += rowBytes;
      } while (++row < together);
      v128.store(sums + c, s);
      v128.store(sums + pitch + c, q);
    }
    x += TOGETHER * rowBytes;
    dy += TOGETHER * rowBytes;
  }
}

/**
 * Sums of dz and of dz (x - mean) for each channel in one chunk; dz is dy, or what an activation or a pooling behind
 * passes back. Tasks: chunks.
 */
export function batch_norm_gradient_sums_f32(task: i32, words: BatchNormGradientSumsWords, scratch: usize): void {
  const channels = words.channels;
  const begin = task * words.perChunk;
  const end = min(words.rows, begin + words.perChunk);
  const rowBytes = <usize>channels << 2;
  const pitch = pitchOf(channels);
  const mean = words.mean;
  const sums = words.partial + <usize>task * 2 * pitch;
  memory.fill(sums, 0, 2 * pitch);
  const gradient = words.gradient;
  const poolWidth = words.poolWidth;
  const block = rowsTogether(poolWidth, rowBytes);
  const behind = gradient || poolWidth;
  const spare = scratch + blockBytes(block, pitch, rowBytes);
  const beta = behind ? betaOrZeros(words.beta, pitch, spare) : 0;
  for (let row = begin; row < end; row += block) {
    const rows = min(block, end - row);
    const first = <usize>row * rowBytes;
    const x = words.x + first;
    let dy = gradientAt(words.dy, row, rowBytes, poolWidth);
    if (poolWidth) {
      passThroughPool(poolWidth, rowBytes, x, dy, scratch, mean, words.factor, beta);
      dy = scratch;
    } else if (gradient) {
      throughActivation(gradient, words.alpha, rows, rowBytes, x, dy, scratch, mean, words.factor, beta);
      dy = scratch;
    }
    addGradientSums(rows, rowBytes, x, dy, mean, sums, pitch, behind ? spare + pitch : scratch);
  }
}

/**
 * dgamma, dbeta and the coefficients of dx = a dy + b (x - mean) + c. With a = factor and r = 1 /
 * sqrt(variance + epsilon): b = -a r^2 sum(dy (x - mean)) / rows, c = -a sum(dy) / rows. One task.
 */
export function batch_norm_gradient_combine_f32(task: i32, words: BatchNormGradientCombineWords, scratch: usize): void {
  const partial = words.partial;
  const factor = words.factor;
  const coefficients = words.coefficients;
  const rows = <f64>words.rows;
  const channels = words.channels;
  const chunks = words.chunks;
  const epsilon = <f64>words.epsilon;
  const pitch = pitchOf(channels);
  for (let channel = 0; channel < channels; channel++) {
    const at = <usize>channel << 2;
    let sum: f64 = 0;
    let product: f64 = 0;
    let from = partial + at;
    for (let chunk = 0; chunk < chunks; chunk++) {
      sum += <f64>load<f32>(from);
      product += <f64>load<f32>(from + pitch);
      from += 2 * pitch;
    }
    const r = 1 / sqrt(<f64>load<f32>(words.variance + at) + epsilon);
    const a = <f64>load<f32>(factor + at);
    store<f32>(words.dgamma + at, <f32>(product * r));
    store<f32>(words.dbeta + at, <f32>sum);
    store<f32>(coefficients + at, <f32>a);
    store<f32>(coefficients + pitch + at, <f32>((-a * r * r * product) / rows));
    store<f32>(coefficients + 2 * pitch + at, <f32>((-a * sum) / rows));
  }
}

// @ts-ignore: decorator
@inline
function inputGradient(x: usize, dy: usize, mean: usize, coefficients: usize, pitch: usize): v128 {
  const centred = f32x4.sub(v128.load(x), v128.load(mean));
  const c = v128.load(coefficients + 2 * pitch);
  const base = madd(centred, v128.load(coefficients + pitch), c);
  return madd(v128.load(dy), v128.load(coefficients), base);
}

/**
 * dx of some rows, through a Relu before if there is one, and its sums for each channel, in one pass from row to
 * row, as memory is read best. Channels are a multiple of four.
 */
function addInputGradients(
  isRelu: bool,
  rows: i32,
  rowBytes: usize,
  x: usize,
  dy: usize,
  dx: usize,
  mean: usize,
  coefficients: usize,
  sums: usize,
  spare: usize,
): void {
  const zero = f32x4.splat(0);
  const always = i32x4.splat(isRelu ? 0 : -1);
  for (; rows > 0; rows -= TOGETHER) {
    const together = min(rows, TOGETHER);
    fetch(together, rowBytes, x, spare);
    fetch(together, rowBytes, dy, spare);
    for (let c: usize = 0; c < rowBytes; c += 16) {
      const m = v128.load(mean + c);
      const slope = v128.load(coefficients + c);
      const ofX = v128.load(coefficients + rowBytes + c);
      const constant = v128.load(coefficients + 2 * rowBytes + c);
      let s = v128.load(sums + c);
      let at = c;
      let row = 0;
      do {
        const kept = v128.load(x + at);
        let d = madd(v128.load(dy + at), slope, madd(f32x4.sub(kept, m), ofX, constant));
        d = v128.and(d, v128.or(f32x4.gt(kept, zero), always));
        v128.store(dx + at, d);
        s = f32x4.add(s, d);
        at += rowBytes;
      } while (++row < together);
      v128.store(sums + c, s);
    }
    x += TOGETHER * rowBytes;
    dy += TOGETHER * rowBytes;
    dx += TOGETHER * rowBytes;
  }
}

/**
 * dx = a dz + b (x - mean) + c; dz is dy, or what is behind passes back. Where an activation
 * and a bias stand before, x is that one's output: dx goes on through it, and is summed for each
 * channel. Tasks: blocks of rows.
 */
export function batch_norm_gradient_apply_f32(task: i32, words: BatchNormGradientApplyWords, scratch: usize): void {
  const channels = words.channels;
  const begin = task * words.perChunk;
  const end = min(words.rows, begin + words.perChunk);
  const rowBytes = <usize>channels << 2;
  const pitch = pitchOf(channels);
  const mean = words.mean;
  const coefficients = words.coefficients;
  const gradient = words.gradient;
  const before = words.before;
  const poolWidth = words.poolWidth;
  const block = rowsTogether(poolWidth, rowBytes);
  const behind = gradient || poolWidth;
  const spare = scratch + blockBytes(block, pitch, rowBytes);
  const beta = behind ? betaOrZeros(words.beta, pitch, spare) : 0;
  // Without a bias before nobody asks for the sums.
  const sums = words.partial ? words.partial + <usize>task * pitch : spare + pitch;
  const isPlain =
    pitch == rowBytes &&
    (before == 0 || before == ActivationGradient.Relu + 1) &&
    blockBytes(block, pitch, rowBytes) + 2 * pitch + 16 <= <usize>SCRATCH_BYTES;
  if (words.partial || isPlain) memory.fill(sums, 0, pitch);
  const whole = rowBytes & ~(<usize>15);
  for (let row = begin; row < end; row += block) {
    const rows = min(block, end - row);
    const first = <usize>row * rowBytes;
    let x = words.x + first;
    let dy = gradientAt(words.dy, row, rowBytes, poolWidth);
    let dx = words.dx + first;
    if (poolWidth) {
      passThroughPool(poolWidth, rowBytes, x, dy, scratch, mean, words.factor, beta);
      dy = scratch;
    } else if (gradient) {
      throughActivation(gradient, words.alpha, rows, rowBytes, x, dy, scratch, mean, words.factor, beta);
      dy = scratch;
    }
    if (isPlain) {
      addInputGradients(before != 0, rows, rowBytes, x, dy, dx, mean, coefficients, sums, spare + 2 * pitch);
      continue;
    }
    for (let i = 0; i < rows; i++) {
      for (let at: usize = 0; at < whole; at += 16) {
        v128.store(dx + at, inputGradient(x + at, dy + at, mean + at, coefficients + at, pitch));
      }
      if (whole < rowBytes) {
        const last = inputGradient(x + whole, dy + whole, mean + whole, coefficients + whole, pitch);
        storeFirst(dx + whole, last, <i32>(rowBytes - whole) >> 2);
      }
      x += rowBytes;
      dy += rowBytes;
      dx += rowBytes;
    }
    if (words.partial) {
      const at = words.dx + first;
      addBiasGradient(before, rows, rowBytes, at, words.x + first, at, sums, scratch);
    }
  }
}

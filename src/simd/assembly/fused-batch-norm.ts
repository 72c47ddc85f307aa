/**
 * Batch normalisation in training, over the rows of a [rows, channels] matrix, and its gradient.
 * Rows are summed in chunks of fixed size; chunks are combined in their order in float64. Partial
 * results and coefficients have a float for each channel, rounded up to four (`pitch` bytes).
 */
import { activationGradientBlock } from "./activation-gradient";
import { activateRows } from "./epilogue";
import { addBiasGradient } from "./fused-activation";
import { touch } from "./gemm-cache";
import {
  BatchNormApplyWords,
  BatchNormCombineWords,
  BatchNormGradientApplyWords,
  BatchNormGradientCombineWords,
  BatchNormGradientSumsWords,
  BatchNormMomentsWords,
} from "./words.generated";
import { madd, storeFirst } from "./vector";

// @ts-ignore: decorator
@inline
function pitchOf(channels: i32): usize {
  return <usize>((channels + 3) & ~3) << 2;
}

/** Rows that are worked on together: about so many bytes of them stay in the first-level cache. */
const BLOCK_BYTES: usize = 8192;

// @ts-ignore: decorator
@inline
function rowsPerBlock(rowBytes: usize): i32 {
  return max(1, <i32>(BLOCK_BYTES / rowBytes));
}

/**
 * Has `rows` rows in the first-level cache before their channels are worked on group by group: of each row
 * that would fetch a part at a time, at half the speed of memory.
 */
// @ts-ignore: decorator
@inline
function fetch(from: usize, rows: i32, rowBytes: usize, unused: usize): void {
  if (rowBytes > 64) touch(1, from, 0, <usize>rows * rowBytes, unused);
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
  const block = rowsPerBlock(rowBytes);
  for (let row = 0; row < rows; row += block) {
    const count = min(block, rows - row);
    const at = x + <usize>row * rowBytes;
    fetch(at, count, rowBytes, scratch);
    addMoments(count, rowBytes, at, x, sums, pitch);
  }
  const inverse = f32x4.splat(1 / <f32>rows);
  for (let at: usize = 0; at < rowBytes; at += 16) {
    const sum = v128.load(sums + at);
    const mean = f32x4.mul(sum, inverse);
    v128.store(sums + at, f32x4.add(v128.load(x + at), mean));
    const deviation = f32x4.sub(v128.load(sums + pitch + at), f32x4.mul(sum, mean));
    v128.store(sums + pitch + at, f32x4.pmax(deviation, f32x4.splat(0)));
  }
}

/** Adds the differences of `rows` rows from the row `shifts`, and their squares, to the sums of each channel. */
function addMoments(rows: i32, rowBytes: usize, x: usize, shifts: usize, sums: usize, pitch: usize): void {
  let channel: usize = 0;
  for (; channel + 64 <= rowBytes; channel += 64) {
    let at = x + channel;
    const shift = shifts + channel;
    const k0 = v128.load(shift), k1 = v128.load(shift, 16), k2 = v128.load(shift, 32), k3 = v128.load(shift, 48);
    const to = sums + channel;
    const squares = to + pitch;
    let s0 = v128.load(to), s1 = v128.load(to, 16), s2 = v128.load(to, 32), s3 = v128.load(to, 48);
    let q0 = v128.load(squares), q1 = v128.load(squares, 16);
    let q2 = v128.load(squares, 32), q3 = v128.load(squares, 48);
    for (let row = 0; row < rows; row++) {
      const d0 = f32x4.sub(v128.load(at), k0);
      s0 = f32x4.add(s0, d0);
      q0 = madd(d0, d0, q0);
      const d1 = f32x4.sub(v128.load(at, 16), k1);
      s1 = f32x4.add(s1, d1);
      q1 = madd(d1, d1, q1);
      const d2 = f32x4.sub(v128.load(at, 32), k2);
      s2 = f32x4.add(s2, d2);
      q2 = madd(d2, d2, q2);
      const d3 = f32x4.sub(v128.load(at, 48), k3);
      s3 = f32x4.add(s3, d3);
      q3 = madd(d3, d3, q3);
      at += rowBytes;
    }
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
    v128.store(squares, q0);
    v128.store(squares, q1, 16);
    v128.store(squares, q2, 32);
    v128.store(squares, q3, 48);
  }
  for (; channel < rowBytes; channel += 16) {
    let at = x + channel;
    const k = v128.load(shifts + channel);
    let s = v128.load(sums + channel);
    let q = v128.load(sums + pitch + channel);
    for (let row = 0; row < rows; row++) {
      const d = f32x4.sub(v128.load(at), k);
      s = f32x4.add(s, d);
      q = madd(d, d, q);
      at += rowBytes;
    }
    v128.store(sums + channel, s);
    v128.store(sums + pitch + channel, q);
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

/** A row of zeros at `zeros` where there is no beta. */
// @ts-ignore: decorator
@inline
function betaOrZeros(beta: usize, pitch: usize, zeros: usize): usize {
  if (beta) return beta;
  memory.fill(zeros, 0, pitch);
  return zeros;
}

/** Bytes of scratch memory that a block of rows takes. */
// @ts-ignore: decorator
@inline
function blockBytes(pitch: usize): usize {
  return max(BLOCK_BYTES, pitch) + 64;
}

// @ts-ignore: decorator
@inline
function normalized(x: usize, mean: usize, factor: usize, beta: usize): v128 {
  return madd(f32x4.sub(v128.load(x), v128.load(mean)), v128.load(factor), v128.load(beta));
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
  x0: usize,
  dy0: usize,
  mean: usize,
  sums: usize,
  pitch: usize,
): void {
  let channel: usize = 0;
  for (; channel + 64 <= rowBytes; channel += 64) {
    let x = x0 + channel;
    let dy = dy0 + channel;
    const m0 = v128.load(mean + channel);
    const m1 = v128.load(mean + channel, 16);
    const m2 = v128.load(mean + channel, 32);
    const m3 = v128.load(mean + channel, 48);
    const to = sums + channel;
    const products = to + pitch;
    let s0 = v128.load(to), s1 = v128.load(to, 16), s2 = v128.load(to, 32), s3 = v128.load(to, 48);
    let q0 = v128.load(products), q1 = v128.load(products, 16);
    let q2 = v128.load(products, 32), q3 = v128.load(products, 48);
    for (let row = 0; row < rows; row++) {
      let d = v128.load(dy);
      s0 = f32x4.add(s0, d);
      q0 = madd(d, f32x4.sub(v128.load(x), m0), q0);
      d = v128.load(dy, 16);
      s1 = f32x4.add(s1, d);
      q1 = madd(d, f32x4.sub(v128.load(x, 16), m1), q1);
      d = v128.load(dy, 32);
      s2 = f32x4.add(s2, d);
      q2 = madd(d, f32x4.sub(v128.load(x, 32), m2), q2);
      d = v128.load(dy, 48);
      s3 = f32x4.add(s3, d);
      q3 = madd(d, f32x4.sub(v128.load(x, 48), m3), q3);
      x += rowBytes;
      dy += rowBytes;
    }
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
    v128.store(products, q0);
    v128.store(products, q1, 16);
    v128.store(products, q2, 32);
    v128.store(products, q3, 48);
  }
  for (; channel < rowBytes; channel += 16) {
    let x = x0 + channel;
    let dy = dy0 + channel;
    const m = v128.load(mean + channel);
    let s = v128.load(sums + channel);
    let q = v128.load(sums + pitch + channel);
    for (let row = 0; row < rows; row++) {
      const d = v128.load(dy);
      s = f32x4.add(s, d);
      q = madd(d, f32x4.sub(v128.load(x), m), q);
      x += rowBytes;
      dy += rowBytes;
    }
    v128.store(sums + channel, s);
    v128.store(sums + pitch + channel, q);
  }
}

/**
 * Sums of dz and of dz (x - mean) for each channel in one chunk; dz is dy, or what an activation behind
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
  const beta = gradient ? betaOrZeros(words.beta, pitch, scratch + blockBytes(pitch)) : 0;
  const block = rowsPerBlock(rowBytes);
  for (let row = begin; row < end; row += block) {
    const rows = min(block, end - row);
    const first = <usize>row * rowBytes;
    const x = words.x + first;
    let dy = words.dy + first;
    if (gradient) {
      throughActivation(gradient, words.alpha, rows, rowBytes, x, dy, scratch, mean, words.factor, beta);
      dy = scratch;
    } else {
      fetch(x, rows, rowBytes, scratch);
      fetch(dy, rows, rowBytes, scratch);
    }
    addGradientSums(rows, rowBytes, x, dy, mean, sums, pitch);
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
 * dx = a dz + b (x - mean) + c; dz is dy, or what an activation behind passes back. Where an activation
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
  const sums = words.partial + <usize>task * pitch;
  if (words.partial) memory.fill(sums, 0, pitch);
  const beta = gradient ? betaOrZeros(words.beta, pitch, scratch + blockBytes(pitch)) : 0;
  const whole = rowBytes & ~(<usize>15);
  const block = rowsPerBlock(rowBytes);
  for (let row = begin; row < end; row += block) {
    const rows = min(block, end - row);
    const first = <usize>row * rowBytes;
    let x = words.x + first;
    let dy = words.dy + first;
    let dx = words.dx + first;
    if (gradient) {
      throughActivation(gradient, words.alpha, rows, rowBytes, x, dy, scratch, mean, words.factor, beta);
      dy = scratch;
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

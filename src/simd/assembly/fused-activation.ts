/** The gradient of "add a bias, then an activation" over the rows of a [rows, channels] matrix. */
import { activationGradientBlock } from "./activation-gradient";
import { BiasActivationGradientWords, BiasGradientSumWords } from "./words.generated";
import { storeFirst } from "./vector";

/** Rows that are worked on together: about so many bytes of them stay in the first-level cache. */
const BLOCK_BYTES: usize = 8192;

/**
 * d = dy through the activation (0: there is none, and d is dy) and its sums for each channel, of some
 * rows. `spare`: 16 bytes that nobody else uses.
 */
export function addBiasGradient(
  gradient: i32,
  rows: i32,
  rowBytes: usize,
  dy: usize,
  kept: usize,
  d: usize,
  sums: usize,
  spare: usize,
): void {
  if (gradient) {
    const zero = f32x4.splat(0);
    const bytes = <usize>rows * rowBytes;
    const whole = bytes & ~(<usize>15);
    activationGradientBlock(gradient - 1, dy, kept, d, whole, zero);
    if (whole < bytes) {
      activationGradientBlock(gradient - 1, dy + whole, kept + whole, spare, 16, zero);
      storeFirst(d + whole, v128.load(spare), <i32>(bytes - whole) >> 2);
    }
  }
  for (let row = 0; row < rows; row++) {
    for (let at: usize = 0; at < rowBytes; at += 16) {
      v128.store(sums + at, f32x4.add(v128.load(sums + at), v128.load(d + at)));
    }
    d += rowBytes;
  }
}

/** d and the chunk's sums of it. Without an activation d is dy and not written. Tasks: chunks. */
export function bias_activation_gradient_f32(task: i32, words: BiasActivationGradientWords, scratch: usize): void {
  const channels = words.channels;
  const begin = task * words.perChunk;
  const end = min(words.rows, begin + words.perChunk);
  const rowBytes = <usize>channels << 2;
  const pitch = <usize>((channels + 3) & ~3) << 2;
  const gradient = words.gradient;
  const sums = words.partial + <usize>task * pitch;
  memory.fill(sums, 0, pitch);
  const block = max(1, <i32>(BLOCK_BYTES / rowBytes));
  for (let row = begin; row < end; row += block) {
    const first = <usize>row * rowBytes;
    const dy = words.dy + first;
    const d = gradient ? words.d + first : dy;
    addBiasGradient(gradient, min(block, end - row), rowBytes, dy, words.kept + first, d, sums, scratch);
  }
}

/** out[c] = sum of the chunks in float64. One task. */
export function bias_gradient_sum_f32(task: i32, words: BiasGradientSumWords, scratch: usize): void {
  const channels = words.channels;
  const chunks = words.chunks;
  const pitch = <usize>((channels + 3) & ~3) << 2;
  for (let channel = 0; channel < channels; channel++) {
    let from = words.partial + (<usize>channel << 2);
    let sum: f64 = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      sum += <f64>load<f32>(from);
      from += pitch;
    }
    store<f32>(words.out + (<usize>channel << 2), <f32>sum);
  }
}

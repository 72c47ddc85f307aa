/**
 * What follows a product: a bias, then an activation. The activation is applied to what has just been
 * stored and is still in the first-level cache, by one function that a word tells which: the products
 * stay free of it.
 */
import { activationBlock } from "./activation";
import { select, storeFirst } from "./vector";
import { Unary } from "./words.generated";

const PRELU: i32 = -1;

/** The least value that the activation lets through, so far as it is a matter of that alone. */
// @ts-ignore: decorator
@inline
export function floorOf(activation: i32): f32 {
  return activation == Unary.Relu + 1 ? 0 : -Infinity;
}

/** Whether an activation is left when `floorOf` has been heeded. */
// @ts-ignore: decorator
@inline
export function isMoreThanFloor(activation: i32): bool {
  return activation != 0 && activation != Unary.Relu + 1;
}

/**
 * Applies an activation to `rows` rows of `columns` floats that lie `pitch` bytes apart. `spare`: 16
 * bytes that nobody else uses.
 */
export function activateRows(
  activation: i32,
  rows: i32,
  columns: i32,
  at: usize,
  pitch: usize,
  slopes: usize,
  spare: usize,
): void {
  let bytes = <usize>columns << 2;
  if (activation == PRELU) {
    const zero = f32x4.splat(0);
    for (; rows > 0; rows--) {
      for (let i: usize = 0; i < bytes; i += 16) {
        const x = v128.load(at + i);
        const y = select(f32x4.lt(x, zero), f32x4.mul(x, v128.load(slopes + i)), x);
        storeFirst(at + i, y, <i32>(bytes - i) >> 2);
      }
      at += pitch;
    }
    return;
  }
  if (pitch == bytes) {
    bytes *= <usize>rows;
    rows = 1;
  }
  // Selu's parameters.
  const p = f32x4.splat(1.0507009873554805);
  const q = f32x4.splat(1.7580993408473768);
  const whole = bytes & ~(<usize>15);
  for (; rows > 0; rows--) {
    activationBlock(activation - 1, at, at, whole, p, q);
    if (whole < bytes) {
      v128.store(spare, v128.load(at + whole));
      activationBlock(activation - 1, spare, spare, 16, p, q);
      storeFirst(at + whole, v128.load(spare), <i32>(bytes - whole) >> 2);
    }
    at += pitch;
  }
}

/** Adds `bias` (if given) to such rows, then applies the activation. */
export function finishRows(
  rows: i32,
  columns: i32,
  c: usize,
  ldc: usize,
  bias: usize,
  activation: i32,
  slopes: usize,
  spare: usize,
): void {
  const floor = f32x4.splat(floorOf(activation));
  const zero = f32x4.splat(0);
  for (let j = 0; j < columns; j += 4) {
    const at = <usize>j << 2;
    const offset = bias ? v128.load(bias + at) : zero;
    let to = c + at;
    for (let i = 0; i < rows; i++) {
      const sum = f32x4.add(v128.load(to), offset);
      storeFirst(to, f32x4.pmax(sum, floor), columns - j);
      to += ldc;
    }
  }
  if (isMoreThanFloor(activation)) activateRows(activation, rows, columns, c, ldc, slopes, spare);
}

/** Kernels that choose, fill and convert element by element. */
import { CastWords, Conversion, FillWords, SelectWords } from "./words.generated";
import { select } from "./vector";

/** out = condition ? a : b on tensors of one shape; the condition is bool, the others of four bytes. */
export function select_32(task: i32, words: SelectWords, scratch: usize): void {
  const block = words.perTask;
  const begin = task * block;
  const n = <usize>min(block, words.length - begin);
  const condition = words.condition + begin;
  const a = words.a + (<usize>begin << 2);
  const b = words.b + (<usize>begin << 2);
  const to = words.out + (<usize>begin << 2);
  const zero = i32x4.splat(0);
  for (let i: usize = 0; i < n; i += 4) {
    const bytes = v128.load32_zero(condition + i);
    const lanes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
    const at = i << 2;
    v128.store(to + at, select(i32x4.ne(lanes, zero), v128.load(a + at), v128.load(b + at)));
  }
}

/** out[i] = value, elements of four bytes. */
export function fill_32(task: i32, words: FillWords, scratch: usize): void {
  const block = words.perTask;
  const begin = task * block;
  const n = <usize>min(block, words.length - begin) << 2;
  const to = words.out + (<usize>begin << 2);
  const value = i32x4.splat(words.value);
  for (let i: usize = 0; i < n; i += 16) v128.store(to + i, value);
}

/** out[i] = value, bytes. */
export function fill_8(task: i32, words: FillWords, scratch: usize): void {
  const begin = task * words.perTask;
  const n = min(words.perTask, words.length - begin);
  memory.fill(words.out + <usize>begin, <u8>words.value, <usize>n);
}

/** Truncates to int32 as JavaScript does: beyond its range it wraps around, NaN is 0. */
function truncate4(x: v128): v128 {
  const fits = f32x4.lt(f32x4.abs(x), f32x4.splat(2147483648));
  const near = i32x4.trunc_sat_f32x4_s(x);
  if (i32x4.all_true(fits)) return near;
  let result = i32x4.splat(truncate1(f32x4.extract_lane(x, 0)));
  result = i32x4.replace_lane(result, 1, truncate1(f32x4.extract_lane(x, 1)));
  result = i32x4.replace_lane(result, 2, truncate1(f32x4.extract_lane(x, 2)));
  return i32x4.replace_lane(result, 3, truncate1(f32x4.extract_lane(x, 3)));
}

function truncate1(x: f32): i32 {
  // From here on a float32 is a multiple of 2^32.
  if (!(abs(x) < 36028797018963968)) return 0;
  return <i32>(<i64>x);
}

/** out[i] = x[i] as another dtype. */
export function cast(task: i32, words: CastWords, scratch: usize): void {
  const conversion = words.conversion;
  const begin = <usize>(task * words.perTask);
  const end = min(begin + <usize>words.perTask, <usize>words.length);
  const toBool = conversion == Conversion.Float32ToBool || conversion == Conversion.Int32ToBool;
  const fromBool = conversion == Conversion.BoolToFloat32 || conversion == Conversion.BoolToInt32;
  const toFloat = conversion == Conversion.Int32ToFloat32 || conversion == Conversion.BoolToFloat32;
  for (let i = begin; i < end; i += 4) {
    let value: v128;
    if (fromBool) {
      const bytes = v128.load32_zero(words.x + i);
      value = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
    } else value = v128.load(words.x + (i << 2));
    if (toBool) {
      const zero = i32x4.splat(0);
      const floats = conversion == Conversion.Float32ToBool;
      const mask = floats ? f32x4.ne(value, zero) : i32x4.ne(value, zero);
      const narrow = i16x8.narrow_i32x4_s(mask, mask);
      const bytes = v128.and(i8x16.narrow_i16x8_s(narrow, narrow), i8x16.splat(1));
      v128.store32_lane(words.out + i, bytes, 0);
    } else {
      if (toFloat) value = f32x4.convert_i32x4_s(value);
      else if (conversion == Conversion.Float32ToInt32) value = truncate4(value);
      v128.store(words.out + (i << 2), value);
    }
  }
}

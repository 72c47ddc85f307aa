/** Kernels that give every element another dtype. */
import { CastWords, Conversion } from "./words.generated";
import { ofMasks } from "./vector";

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

// @ts-ignore: decorator
@inline
function isTrue(floats: bool, x: v128): v128 {
  return floats ? f32x4.ne(x, f32x4.splat(0)) : i32x4.ne(x, i32x4.splat(0));
}

/** Four of what stands at `at`; of bytes, the four bytes `lanes` as int32. */
// @ts-ignore: decorator
@inline
function converted(conversion: Conversion, at: usize, lanes: v128): v128 {
  if (conversion == Conversion.BoolToFloat32) return f32x4.convert_i32x4_s(lanes);
  if (conversion == Conversion.BoolToInt32) return lanes;
  const value = v128.load(at);
  return conversion == Conversion.Int32ToFloat32 ? f32x4.convert_i32x4_s(value) : truncate4(value);
}

/** out[i] = x[i] as another dtype. */
// @ts-ignore: decorator
@inline
export function conversion(kind: Conversion, task: i32, words: CastWords, scratch: usize): void {
  const begin = <usize>(task * words.perTask);
  const end = min(begin + <usize>words.perTask, <usize>words.length);
  const x = words.x;
  const out = words.out;
  if (kind == Conversion.Float32ToBool || kind == Conversion.Int32ToBool) {
    const floats = kind == Conversion.Float32ToBool;
    for (let i = begin; i < end; i += 16) {
      const at = x + (i << 2);
      const a = isTrue(floats, v128.load(at));
      const b = isTrue(floats, v128.load(at, 16));
      const c = isTrue(floats, v128.load(at, 32));
      v128.store(out + i, ofMasks(a, b, c, isTrue(floats, v128.load(at, 48))));
    }
  } else {
    const ofBytes = kind == Conversion.BoolToFloat32 || kind == Conversion.BoolToInt32;
    for (let i = begin; i < end; i += 16) {
      const at = x + (i << 2);
      const to = out + (i << 2);
      const bytes = ofBytes ? v128.load(x + i) : i32x4.splat(0);
      const low = i16x8.extend_low_i8x16_u(bytes);
      const high = i16x8.extend_high_i8x16_u(bytes);
      v128.store(to, converted(kind, at, i32x4.extend_low_i16x8_u(low)));
      v128.store(to, converted(kind, at + 16, i32x4.extend_high_i16x8_u(low)), 16);
      v128.store(to, converted(kind, at + 32, i32x4.extend_low_i16x8_u(high)), 32);
      v128.store(to, converted(kind, at + 48, i32x4.extend_high_i16x8_u(high)), 48);
    }
  }
}

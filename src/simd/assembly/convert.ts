/** Kernels that give every element another dtype. */
import { CastWords, Conversion } from "./words.generated";
import { ofMasks, widened } from "./vector";

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

// @ts-ignore: decorator
@inline
function converted(conversion: Conversion, x: usize, i: usize): v128 {
  if (conversion == Conversion.BoolToFloat32) return f32x4.convert_i32x4_s(widened(x + i));
  if (conversion == Conversion.BoolToInt32) return widened(x + i);
  const value = v128.load(x + (i << 2));
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
    for (let i = begin; i < end; i += 8) {
      v128.store(out + (i << 2), converted(kind, x, i));
      v128.store(out + (i << 2), converted(kind, x, i + 4), 16);
    }
  }
}

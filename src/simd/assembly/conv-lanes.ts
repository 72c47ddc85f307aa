/** Vectors of fewer than four channels. */

/** Stores the first `lanes` lanes of `value`, all four if there are more. */
// @ts-ignore: decorator
@inline
export function storeLanes(to: usize, lanes: i32, value: v128): void {
  if (lanes >= 4) v128.store(to, value);
  else {
    v128.store32_lane(to, value, 0);
    if (lanes > 1) v128.store32_lane(to, value, 1, 4);
    if (lanes > 2) v128.store32_lane(to, value, 2, 8);
  }
}

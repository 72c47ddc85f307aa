/**
 * Reads something of every cache line of `rows` rows. A run of loads that do not depend on each
 * other fetches lines side by side; code that is busy with arithmetic or stores waits for them one
 * by one. `unused` is a place to store 16 bytes, so that the loads are not optimised away.
 */
export function touch(
  rows: i32,
  from: usize,
  rowBytes: usize,
  bytes: usize,
  unused: usize,
): void {
  let any = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    for (let at: usize = 0; at < bytes; at += 64) any = v128.or(any, v128.load(from + at));
    from += rowBytes;
  }
  v128.store(unused, any);
}

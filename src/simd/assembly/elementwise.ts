import { int, ptr } from "./task";

/** Elements that one task of an element-wise kernel covers (host/element-wise.ts knows it too). */
const BLOCK: i32 = 16384;

/** out[i] = max(x[i], 0), NaN where x is NaN. Words: x, out, length. */
export function relu_f32(task: i32, params: usize, scratch: usize): void {
  const begin = task * BLOCK;
  const count = min(BLOCK, int(params, 2) - begin);
  const from = ptr(params, 0) + (<usize>begin << 2);
  const to = ptr(params, 1) + (<usize>begin << 2);
  const zero = f32x4.splat(0);
  // The block of memory behind a tensor is a multiple of 64 bytes: the last vector may overrun.
  for (let i: usize = 0; i < <usize>count << 2; i += 16) {
    v128.store(to + i, f32x4.max(v128.load(from + i), zero));
  }
}

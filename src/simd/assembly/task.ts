/**
 * How the host calls a kernel.
 *
 *     export function <operation>_<dtype>(task: i32, params: usize, scratch: usize): void
 *
 * `task` is one of 0 .. taskCount - 1. Tasks are independent: each writes bytes that no other task
 * reads or writes, so that any thread may take any of them in any order and the result is the same.
 * `params` is the address of up to 256 32-bit words that the host wrote: integers, byte addresses,
 * the bits of a float32. `scratch` is SCRATCH_BYTES of working memory of the calling thread, aligned
 * to 64 bytes, with arbitrary contents.
 */

/** Bytes of every thread's scratch region; the host allocates them (host/layout.ts). */
export const SCRATCH_BYTES: usize = 4 << 20;

/** Word `index` of the parameter block as a signed integer. */
// @ts-ignore: decorator
@inline
export function int(params: usize, index: usize): i32 {
  return load<i32>(params + (index << 2));
}

/** Word `index` as a byte address or a number of bytes; 0 stands for "not given". */
// @ts-ignore: decorator
@inline
export function ptr(params: usize, index: usize): usize {
  return <usize>load<u32>(params + (index << 2));
}

/** Word `index` as a float32. */
// @ts-ignore: decorator
@inline
export function float(params: usize, index: usize): f32 {
  return load<f32>(params + (index << 2));
}

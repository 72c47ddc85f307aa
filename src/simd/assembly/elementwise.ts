/** Kernels that choose and fill element by element. */
import { FillWords, SelectWords } from "./words.generated";
import { select, widened } from "./vector";

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
    const at = i << 2;
    const isFalse = i32x4.eq(widened(condition + i), zero);
    v128.store(to + at, select(isFalse, v128.load(b + at), v128.load(a + at)));
  }
}

/** out[i] = value, elements of four bytes. */
export function fill_32(task: i32, words: FillWords, scratch: usize): void {
  const block = words.perTask;
  const begin = task * block;
  const n = <usize>min(block, words.length - begin) << 2;
  const to = words.out + (<usize>begin << 2);
  if (words.value == 0) {
    memory.fill(to, 0, n);
    return;
  }
  const value = i32x4.splat(words.value);
  for (let i: usize = 0; i < n; i += 64) {
    v128.store(to + i, value);
    v128.store(to + i, value, 16);
    v128.store(to + i, value, 32);
    v128.store(to + i, value, 48);
  }
}

/** out[i] = value, bytes. */
export function fill_8(task: i32, words: FillWords, scratch: usize): void {
  const begin = task * words.perTask;
  const n = min(words.perTask, words.length - begin);
  memory.fill(words.out + <usize>begin, <u8>words.value, <usize>n);
}

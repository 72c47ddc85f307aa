/** Weighted sums of rows, as resizing along one axis makes them, forward and backward. */
import { WeightedRowsWords } from "./words.generated";
import { madd, storeFirst } from "./vector";

/**
 * out[o, i] = the sum over j in [starts[i], starts[i + 1]) of weights[j] x[o, rows[j]]; a row has
 * `inner` elements. Tasks: blocks of rows of out.
 */
export function weighted_rows_f32(task: i32, words: WeightedRowsWords, scratch: usize): void {
  const count = words.count;
  const bytes = <usize>words.inner << 2;
  const block = <usize>words.length * bytes;
  const end = min(words.outer * count, (task + 1) * words.perTask);
  for (let at = task * words.perTask; at < end; at++) {
    const outer = at / count;
    const entry = words.starts + (<usize>(at - outer * count) << 2);
    const first = load<i32>(entry);
    const terms = load<i32>(entry, 4) - first;
    const rows = words.rows + (<usize>first << 2);
    const weights = words.weights + (<usize>first << 2);
    const x = words.x + <usize>outer * block;
    const to = words.out + <usize>at * bytes;
    if (terms == 0) {
      memory.fill(to, 0, bytes);
      continue;
    }
    const x0 = x + <usize>load<i32>(rows) * bytes;
    const w0 = v128.load32_splat(weights);
    if (terms == 1) {
      for (let c: usize = 0; c < bytes; c += 16) {
        storeFirst(to + c, f32x4.mul(v128.load(x0 + c), w0), <i32>(bytes - c) >> 2);
      }
      continue;
    }
    const x1 = x + <usize>load<i32>(rows, 4) * bytes;
    const w1 = v128.load32_splat(weights, 4);
    if (terms == 2) {
      for (let c: usize = 0; c < bytes; c += 16) {
        const sum = madd(v128.load(x1 + c), w1, f32x4.mul(v128.load(x0 + c), w0));
        storeFirst(to + c, sum, <i32>(bytes - c) >> 2);
      }
      continue;
    }
    for (let c: usize = 0; c < bytes; c += 16) {
      let sum = madd(v128.load(x1 + c), w1, f32x4.mul(v128.load(x0 + c), w0));
      for (let j: usize = 2; j < <usize>terms; j++) {
        const row = x + <usize>load<i32>(rows + (j << 2)) * bytes;
        sum = madd(v128.load(row + c), v128.load32_splat(weights + (j << 2)), sum);
      }
      storeFirst(to + c, sum, <i32>(bytes - c) >> 2);
    }
  }
}

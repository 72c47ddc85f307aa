/** Weighted sums of rows, as resizing along one axis makes them, forward and backward. */
import { WeightedRowsWords } from "./words.generated";
import { madd, storeFirst } from "./vector";

/** One row times its weight, with another one's if there are `two`. */
// @ts-ignore: decorator
@inline
function sumAt(two: bool, x0: usize, w0: v128, x1: usize, w1: v128): v128 {
  const first = f32x4.mul(v128.load(x0), w0);
  return two ? madd(v128.load(x1), w1, first) : first;
}

// @ts-ignore: decorator
@inline
function sumRows(two: bool, x0: usize, w0: v128, x1: usize, w1: v128, to: usize, n: i32): void {
  for (; n >= 16; n -= 16) {
    v128.store(to, sumAt(two, x0, w0, x1, w1));
    v128.store(to, sumAt(two, x0 + 16, w0, x1 + 16, w1), 16);
    v128.store(to, sumAt(two, x0 + 32, w0, x1 + 32, w1), 32);
    v128.store(to, sumAt(two, x0 + 48, w0, x1 + 48, w1), 48);
    x0 += 64;
    x1 += 64;
    to += 64;
  }
  for (; n > 0; n -= 4) {
    storeFirst(to, sumAt(two, x0, w0, x1, w1), n);
    x0 += 16;
    x1 += 16;
    to += 16;
  }
}

/**
 * out[o, i] = the sum over j in [starts[i], starts[i + 1]) of weights[j] x[o, rows[j]]; a row has
 * `inner` elements. Tasks: blocks of rows of out.
 */
export function weighted_rows_f32(task: i32, words: WeightedRowsWords, scratch: usize): void {
  const count = words.count;
  const bytes = <usize>words.inner << 2;
  const block = <usize>words.length * bytes;
  const end = min(words.outer * count, (task + 1) * words.perTask);
  const inner = words.inner;
  const starts = words.starts;
  let at = task * words.perTask;
  let x = words.x + <usize>(at / count) * block;
  let to = words.out + <usize>at * bytes;
  for (let row = at % count; at < end; at++, row++) {
    if (row == count) {
      row = 0;
      x += block;
    }
    const entry = starts + (<usize>row << 2);
    const first = load<i32>(entry);
    const terms = load<i32>(entry, 4) - first;
    const rows = words.rows + (<usize>first << 2);
    const weights = words.weights + (<usize>first << 2);
    if (terms > 2) {
      for (let c: usize = 0; c < bytes; c += 16) {
        let sum = f32x4.splat(0);
        for (let j: usize = 0; j < <usize>terms; j++) {
          const term = v128.load(x + <usize>load<i32>(rows + (j << 2)) * bytes + c);
          const weight = v128.load32_splat(weights + (j << 2));
          sum = j == 0 ? f32x4.mul(term, weight) : madd(term, weight, sum);
        }
        storeFirst(to + c, sum, <i32>(bytes - c) >> 2);
      }
    } else if (terms == 0) {
      memory.fill(to, 0, bytes);
    } else {
      const x0 = x + <usize>load<i32>(rows) * bytes;
      const w0 = v128.load32_splat(weights);
      if (terms == 1) {
        sumRows(false, x0, w0, x0, w0, to, inner);
      } else {
        const x1 = x + <usize>load<i32>(rows, 4) * bytes;
        sumRows(true, x0, w0, x1, v128.load32_splat(weights, 4), to, inner);
      }
    }
    to += bytes;
  }
}

/** Blocks that do a row of theirs one after the other. */
const BLOCKS = 16;

/**
 * The same where each row is a sum of two and has few elements: what is read of a row serves many blocks.
 * Tasks: parts of `outer`.
 */
export function weighted_pairs_f32(task: i32, words: WeightedRowsWords, scratch: usize): void {
  const count = words.count;
  const bytes = <usize>words.inner << 2;
  const block = <usize>words.length * bytes;
  const outBlock = <usize>count * bytes;
  const last = min(words.outer, (task + 1) * words.perTask);
  for (let first = task * words.perTask; first < last; first += BLOCKS) {
    const x = words.x + <usize>first * block;
    const out = words.out + <usize>first * outBlock;
    const blocks = min(BLOCKS, last - first);
    for (let row = 0; row < count; row++) {
      const rows = words.rows + (<usize>row << 3);
      const weights = words.weights + (<usize>row << 3);
      const w0 = v128.load32_splat(weights);
      const w1 = v128.load32_splat(weights, 4);
      let x0 = x + <usize>load<i32>(rows) * bytes;
      let x1 = x + <usize>load<i32>(rows, 4) * bytes;
      let to = out + <usize>row * bytes;
      // What is stored beyond a row is overwritten by those after it, but not beyond the block.
      const isWhole = <usize>(count - row) * bytes >= ((bytes + 15) & ~15);
      for (let left = blocks; left > 0; left--) {
        for (let c: usize = 0; c < bytes; c += 16) {
          const sum = sumAt(true, x0 + c, w0, x1 + c, w1);
          if (isWhole) v128.store(to + c, sum);
          else storeFirst(to + c, sum, <i32>(bytes - c) >> 2);
        }
        x0 += block;
        x1 += block;
        to += outBlock;
      }
    }
  }
}

/** Kernels that walk along one dimension and keep what they have seen: running sums, the largest. */
import { CumulateWords, TopKWords } from "./words.generated";
import { storeFirst } from "./vector";

// @ts-ignore: decorator
@inline
function next4(integer: bool, product: bool, a: v128, b: v128): v128 {
  if (integer) return product ? i32x4.mul(a, b) : i32x4.add(a, b);
  return product ? f32x4.mul(a, b) : f32x4.add(a, b);
}

/**
 * Running sums or products along the middle of [outer, length, inner], in order or in reverse;
 * `exclusive`: each without its own element. Tasks: blocks of outer x blocks of four of inner.
 */
export function cumulate_32(task: i32, words: CumulateWords, scratch: usize): void {
  const length = words.length;
  const inner = words.inner;
  const integer = words.integer != 0;
  const product = words.product != 0;
  const exclusive = words.exclusive != 0;
  const columns = (inner + 3) >> 2;
  const row = <usize>inner << 2;
  const step = words.reverse ? 0 - row : row;
  const start = words.reverse ? <usize>(length - 1) * row : 0;
  const one = integer ? i32x4.splat(1) : f32x4.splat(1);
  const end = min(words.outer * columns, (task + 1) * words.perTask);
  for (let at = task * words.perTask; at < end; at++) {
    const outer = at / columns;
    const column = (at - outer * columns) << 2;
    const lanes = inner - column;
    const first = <usize>outer * <usize>length * row + (<usize>column << 2) + start;
    let x = words.x + first;
    let to = words.out + first;
    let sum = product ? one : i32x4.splat(0);
    for (let i = 0; i < length; i++) {
      const value = lanes >= 4 ? v128.load(x) : loadFirst(x, lanes);
      const before = sum;
      sum = next4(integer, product, sum, value);
      storeFirst(to, exclusive ? before : sum, lanes);
      x += step;
      to += step;
    }
  }
}

/** The first `count` lanes, without a look behind them: other columns may be there. */
function loadFirst(at: usize, count: i32): v128 {
  let lanes = v128.load32_zero(at);
  if (count > 1) lanes = v128.load32_lane(at + 4, lanes, 1);
  if (count > 2) lanes = v128.load32_lane(at + 8, lanes, 2);
  return lanes;
}

/**
 * The `k` largest elements of each row, in descending order, of equal ones the first first; and
 * where they are. Tasks: blocks of rows.
 */
export function top_k_f32(task: i32, words: TopKWords, scratch: usize): void {
  const n = words.length;
  const k = words.k;
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    const x = words.x + (<usize>row * <usize>n << 2);
    const values = words.values + (<usize>row * <usize>k << 2);
    const indices = words.indices + (<usize>row * <usize>k << 2);
    let count = 0;
    let least: f32 = -Infinity;
    for (let i = 0; i < n; i++) {
      const value = load<f32>(x + (<usize>i << 2));
      if (count == k && !(value > least)) continue;
      let place = count < k ? count++ : k - 1;
      while (place > 0 && load<f32>(values + (<usize>(place - 1) << 2)) < value) {
        const from = <usize>(place - 1) << 2;
        store<f32>(values + from, load<f32>(values + from), 4);
        store<i32>(indices + from, load<i32>(indices + from), 4);
        place--;
      }
      store<f32>(values + (<usize>place << 2), value);
      store<i32>(indices + (<usize>place << 2), i);
      if (count == k) least = load<f32>(values + (<usize>(k - 1) << 2));
    }
  }
}

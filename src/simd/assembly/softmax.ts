/** Softmax over rows, and cross-entropy of logits and class indices. */
import { Exponential, exponential16, log4 } from "./math";
import {
  SoftmaxWords,
  SparseCrossEntropyGradientWords,
  SparseCrossEntropyWords,
} from "./words.generated";
import { firstLanes, select, storeFirst, sumLanes } from "./vector";

/** The largest of `n` floats in every lane. NaN is passed over: it turns up in the sum. */
function largestOf(x: usize, n: i32): v128 {
  const none = f32x4.splat(-Infinity);
  let a = none, b = none, c = none, d = none;
  for (; n >= 16; n -= 16) {
    a = f32x4.pmax(a, v128.load(x));
    b = f32x4.pmax(b, v128.load(x, 16));
    c = f32x4.pmax(c, v128.load(x, 32));
    d = f32x4.pmax(d, v128.load(x, 48));
    x += 64;
  }
  for (; n > 0; n -= 4) {
    a = f32x4.pmax(a, select(firstLanes(n), v128.load(x), none));
    x += 16;
  }
  a = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
  a = f32x4.pmax(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return f32x4.pmax(a, v128.shuffle<i32>(a, a, 1, 0, 3, 2));
}

/** Writes exp(x - largest) of `n` floats, blocks of 64 bytes `step` apart; returns their sum. */
function exponentials(x: usize, to: usize, step: usize, n: i32, largest: v128, scratch: usize): f32 {
  let sum = f32x4.splat(0);
  for (; n >= 16; n -= 16) {
    exponential16(Exponential.Difference, x, to, largest, largest);
    sum = f32x4.add(sum, v128.load(to));
    sum = f32x4.add(sum, v128.load(to, 16));
    sum = f32x4.add(sum, v128.load(to, 32));
    sum = f32x4.add(sum, v128.load(to, 48));
    x += 64;
    to += step;
  }
  if (n > 0) exponential16(Exponential.Difference, x, scratch, largest, largest);
  for (; n > 0; n -= 4) {
    const e = v128.load(scratch);
    sum = f32x4.add(sum, v128.and(e, firstLanes(n)));
    storeFirst(to, e, n);
    scratch += 16;
    to += 16;
  }
  return sumLanes(sum);
}

/** Rows of exp(x - largest) / sum. */
export function softmax_f32(task: i32, words: SoftmaxWords, scratch: usize): void {
  const n = words.length;
  const end = min((task + 1) * words.perTask, words.rows);
  for (let row = task * words.perTask; row < end; row++) {
    const start = <usize>row * <usize>n << 2;
    const x = words.x + start;
    let to = words.out + start;
    const share = f32x4.splat(<f32>1 / exponentials(x, to, 64, n, largestOf(x, n), scratch));
    let left = n;
    for (; left >= 16; left -= 16) {
      v128.store(to, f32x4.mul(v128.load(to), share));
      v128.store(to, f32x4.mul(v128.load(to, 16), share), 16);
      v128.store(to, f32x4.mul(v128.load(to, 32), share), 32);
      v128.store(to, f32x4.mul(v128.load(to, 48), share), 48);
      to += 64;
    }
    for (; left > 0; left -= 4) {
      storeFirst(to, f32x4.mul(v128.load(to), share), left);
      to += 16;
    }
  }
}

/** loss[i] = log(sum of exp(logits[i])) - logits[i, label[i]]. Tasks: blocks of rows. */
export function sparse_cross_entropy_f32(task: i32, words: SparseCrossEntropyWords, scratch: usize): void {
  const n = words.classes;
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    const x = words.logits + (<usize>(row * n) << 2);
    const label = load<i32>(words.labels + (<usize>row << 2));
    const largest = largestOf(x, n);
    const sum = exponentials(x, scratch + 64, 0, n, largest, scratch);
    const logSum = f32x4.extract_lane(log4(f32x4.splat(sum)), 0);
    const gap = f32x4.extract_lane(largest, 0) - load<f32>(x + (<usize>label << 2));
    store<f32>(words.loss + (<usize>row << 2), logSum + gap);
  }
}

/** dlogits[i] = (softmax(logits[i]) - onehot(label[i])) dy[i]. Tasks: blocks of rows. */
export function sparse_cross_entropy_gradient_f32(task: i32, words: SparseCrossEntropyGradientWords, scratch: usize): void {
  const n = words.classes;
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    const x = words.logits + (<usize>(row * n) << 2);
    const to = words.dlogits + (<usize>(row * n) << 2);
    const dy = load<f32>(words.dy + (<usize>row << 2));
    const factor = f32x4.splat(dy / exponentials(x, to, 64, n, largestOf(x, n), scratch));
    for (let i = 0; i < n; i += 4) {
      const at = to + (<usize>i << 2);
      storeFirst(at, f32x4.mul(v128.load(at), factor), n - i);
    }
    const label = to + (<usize>load<i32>(words.labels + (<usize>row << 2)) << 2);
    store<f32>(label, load<f32>(label) - dy);
  }
}

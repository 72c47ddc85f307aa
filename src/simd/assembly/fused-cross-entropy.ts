/** Softmax and cross-entropy in one, on logits and class indices. */
import { exp4, log4 } from "./math";
import { SparseCrossEntropyGradientWords, SparseCrossEntropyWords } from "./words.generated";
import { firstLanes, select, storeFirst, sumLanes } from "./vector";

/** The largest of `n` floats. */
function largestOf(x: usize, n: i32): f32 {
  const none = f32x4.splat(-Infinity);
  let best = none;
  for (let i = 0; i < n; i += 4) {
    best = f32x4.max(best, select(firstLanes(n - i), v128.load(x + (<usize>i << 2)), none));
  }
  best = f32x4.max(best, v128.shuffle<i32>(best, best, 2, 3, 0, 1));
  best = f32x4.max(best, v128.shuffle<i32>(best, best, 1, 0, 3, 2));
  return f32x4.extract_lane(best, 0);
}

/** The sum of exp(x - largest) over `n` floats. */
function sumOfExp(x: usize, n: i32, largest: v128): f32 {
  let sum = f32x4.splat(0);
  for (let i = 0; i < n; i += 4) {
    const e = exp4(f32x4.sub(v128.load(x + (<usize>i << 2)), largest));
    sum = f32x4.add(sum, v128.and(e, firstLanes(n - i)));
  }
  return sumLanes(sum);
}

/** loss[i] = log(sum of exp(logits[i])) - logits[i, label[i]]. Tasks: blocks of rows. */
export function sparse_cross_entropy_f32(task: i32, words: SparseCrossEntropyWords, scratch: usize): void {
  const n = words.classes;
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    const x = words.logits + (<usize>(row * n) << 2);
    const label = load<i32>(words.labels + (<usize>row << 2));
    const largest = largestOf(x, n);
    const sum = sumOfExp(x, n, f32x4.splat(largest));
    const logSum = f32x4.extract_lane(log4(f32x4.splat(sum)), 0);
    const gap = largest - load<f32>(x + (<usize>label << 2));
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
    const largest = f32x4.splat(largestOf(x, n));
    const factor = f32x4.splat(dy / sumOfExp(x, n, largest));
    for (let i = 0; i < n; i += 4) {
      const at = <usize>i << 2;
      const e = exp4(f32x4.sub(v128.load(x + at), largest));
      storeFirst(to + at, f32x4.mul(e, factor), n - i);
    }
    const label = to + (<usize>load<i32>(words.labels + (<usize>row << 2)) << 2);
    store<f32>(label, load<f32>(label) - dy);
  }
}

/** Sums of rows by the segment that each belongs to: the gradient of a gather. */
import { SegmentSumWords } from "./words.generated";
import { storeFirst } from "./vector";

/**
 * out[s] = base[s] + the sum of the rows whose id is s, added in their order, or the last of them; rows
 * of other ids count nowhere. Tasks: blocks of segments.
 */
export function segment_sum_32(task: i32, words: SegmentSumWords, scratch: usize): void {
  const width = words.width;
  const rowBytes = <usize>width << 2;
  const first = task * words.perTask;
  const count = min(words.perTask, words.segments - first);
  const out = words.out + <usize>first * rowBytes;
  const ids = words.ids;
  const rows = words.rows;
  const bytes = <usize>count * rowBytes;
  if (words.base) memory.copy(out, words.base + <usize>first * rowBytes, bytes);
  else memory.fill(out, 0, bytes);
  for (let row = 0; row < rows; row++) {
    const segment = load<i32>(ids + (<usize>row << 2)) - first;
    if (<u32>segment >= <u32>count) continue;
    const x = words.x + <usize>row * rowBytes;
    const to = out + <usize>segment * rowBytes;
    if (words.replaces) {
      memory.copy(to, x, rowBytes);
    } else if (words.integer) {
      for (let at: usize = 0; at < rowBytes; at += 16) {
        const sum = i32x4.add(v128.load(to + at), v128.load(x + at));
        storeFirst(to + at, sum, <i32>(rowBytes - at) >> 2);
      }
    } else {
      for (let at: usize = 0; at < rowBytes; at += 16) {
        const sum = f32x4.add(v128.load(to + at), v128.load(x + at));
        storeFirst(to + at, sum, <i32>(rowBytes - at) >> 2);
      }
    }
  }
}

/** What multiply-adds alone reach: the measure of the tiles. */
import { MultiplyAddPeakWords } from "./words.generated";
import { madd } from "./vector";


/** `rounds` rounds of twelve independent multiply-adds in registers. Tasks: any number. */
export function multiply_add_peak_f32(task: i32, words: MultiplyAddPeakWords, scratch: usize): void {
  v128.store(scratch, f32x4.splat(<f32>task));
  const start = v128.load(scratch);
  const factor = f32x4.splat(1.0000001);
  const step = f32x4.splat(1e-9);
  let a = start, b = start, c = start, d = start, e = start, f = start;
  let g = f32x4.neg(start), h = g, i = g, j = g, k = g, l = g;
  for (let round = words.rounds; round > 0; round--) {
    a = madd(a, factor, step);
    b = madd(b, factor, step);
    c = madd(c, factor, step);
    d = madd(d, factor, step);
    e = madd(e, factor, step);
    f = madd(f, factor, step);
    g = madd(g, factor, step);
    h = madd(h, factor, step);
    i = madd(i, factor, step);
    j = madd(j, factor, step);
    k = madd(k, factor, step);
    l = madd(l, factor, step);
  }
  const sums = f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(e, f));
  const rest = f32x4.add(f32x4.add(f32x4.add(g, h), f32x4.add(i, j)), f32x4.add(k, l));
  v128.store(scratch, f32x4.add(sums, rest));
}

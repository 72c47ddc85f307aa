import type { Place, PlanWriter } from "./plan.ts";
import { floatBits } from "./plan.ts";

/** Elements of the output that one task computes. */
const BLOCK = 16384;

/** Of each row of the output the rows of the input that it is a weighted sum of. */
export type WeightedRows = readonly (readonly {
  readonly row: number;
  readonly weight: number;
}[])[];

/** How positions of one axis become others. */
export interface Scaling {
  readonly from: number;
  readonly to: number;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

function ratioOf({ from, to, alignCorners }: Scaling): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

/** The two neighbours of each position, weighted by their nearness. */
export function bilinear(scaling: Scaling): WeightedRows {
  const { from, to, halfPixelCenters } = scaling;
  const ratio = ratioOf(scaling);
  return Array.from({ length: to }, (_, i) => {
    const at = halfPixelCenters ? ratio * (i + 0.5) - 0.5 : ratio * i;
    const below = Math.max(0, Math.floor(at));
    const above = Math.min(from - 1, Math.ceil(at));
    const share = at - below;
    if (below === above || share === 0) return [{ row: below, weight: 1 }];
    return [
      { row: below, weight: 1 - share },
      { row: above, weight: share },
    ];
  });
}

/** The nearest neighbour of each position. */
export function nearest(scaling: Scaling): WeightedRows {
  const { from, to, alignCorners, halfPixelCenters } = scaling;
  const ratio = ratioOf(scaling);
  return Array.from({ length: to }, (_, i) => {
    const at = ratio * (halfPixelCenters ? i + 0.5 : i);
    const row = Math.min(from - 1, alignCorners ? Math.round(at) : Math.floor(at));
    return [{ row: Math.max(0, row), weight: 1 }];
  });
}

/** The same sums backward: of each of `count` rows of the input those of the output that it is in. */
export function transposed(rows: WeightedRows, count: number): WeightedRows {
  const result = Array.from({ length: count }, (): { row: number; weight: number }[] => []);
  rows.forEach((terms, i) => {
    for (const { row, weight } of terms) result[row].push({ row: i, weight });
  });
  return result;
}

/** Images [batch, height, width, channels] whose rows and columns become weighted sums of theirs. */
export function resample(
  plan: PlanWriter,
  [batch, height, width, channels]: readonly number[],
  { rows, columns }: { rows: WeightedRows; columns: WeightedRows },
  { x, out }: Record<"x" | "out", Place>,
): void {
  const between = plan.temporary(batch * rows.length * width * channels * 4);
  const outside = { outer: batch, length: height, inner: width * channels };
  weightedRows(plan, rows, outside, { x, out: between });
  const inside = { outer: batch * rows.length, length: width, inner: channels };
  weightedRows(plan, columns, inside, { x: between, out });
}

/** Rows of up to so many elements are done for many blocks at a time. */
const NARROW = 8;

/** The same sums of two rows each: a single one in two halves. */
function paired(sums: WeightedRows): WeightedRows {
  return sums.map((terms) => {
    const half = terms.map(({ row, weight }) => ({ row, weight: weight / 2 }));
    return terms.length === 1 ? [...half, ...half] : terms;
  });
}

function weightedRows(
  plan: PlanWriter,
  given: WeightedRows,
  sizes: { outer: number; length: number; inner: number },
  { x, out }: Record<"x" | "out", Place>,
): void {
  const terms = given.map(({ length }) => length);
  const isPaired = sizes.inner <= NARROW && Math.min(...terms) > 0 && Math.max(...terms) === 2;
  const sums = isPaired ? paired(given) : given;
  const starts = [0];
  for (const { length } of sums) starts.push(starts[starts.length - 1] + length);
  const all = sums.flat();
  const count = sums.length;
  // Tasks are parts of all rows, or of the blocks.
  const [parts, size] = isPaired ? [1, count * sizes.inner] : [count, sizes.inner];
  const perTask = Math.max(1, Math.floor(BLOCK / size));
  const tasks = Math.ceil((sizes.outer * parts) / perTask);
  plan.call(isPaired ? "weighted_pairs_f32" : "weighted_rows_f32", tasks, {
    ...{ x, out, starts: plan.table(starts), rows: plan.table(all.map(({ row }) => row)) },
    weights: plan.table(all.map(({ weight }) => floatBits(weight))),
    ...{ ...sizes, count, perTask },
  });
}

/** Crops [crops, outHeight, outWidth, channels] of images. */
export function cropAndResize(
  plan: PlanWriter,
  [batch, height, width, channels]: readonly number[],
  [crops, outHeight, outWidth]: readonly number[],
  kind: { nearest: boolean; integer: boolean },
  places: Record<"x" | "boxes" | "images" | "out" | "outside", Place>,
): void {
  const perTask = Math.max(1, Math.floor(BLOCK / (4 * outWidth * Math.max(4, channels))));
  plan.call("crop_and_resize_f32", Math.ceil((crops * outHeight) / perTask), {
    ...places,
    ...kind,
    ...{ crops, batch, height, width, channels, outHeight, outWidth, perTask },
  });
}

import type { Place, PlanWriter } from "./plan.ts";

/** Elements that one task reads or writes. */
const BLOCK = 16384;
/** Every task looks at all ids: with rows of a few elements, few tasks cost less. */
const MAXIMUM_TASKS = 32;

/** The sizes of a sum by segments: `rows` rows of `width` elements. */
export interface SegmentShape {
  readonly rows: number;
  readonly width: number;
  readonly segments: number;
  /** int32 in place of float32. */
  readonly integer: boolean;
  /** The last of a segment's rows takes the place of `base`, in place of their sum being added. */
  readonly replaces: boolean;
}

/** out [segments, width]: of each segment the sum of its rows, added to that of `base`. */
export function segmentSum(
  plan: PlanWriter,
  shape: SegmentShape,
  places: Record<"x" | "ids" | "out", Place> & { base: Place | null },
): void {
  const { rows, width, segments } = shape;
  const wanted = Math.ceil(((rows + segments) * width) / BLOCK);
  const tasks = Math.min(wanted, MAXIMUM_TASKS, Math.max(1, width >> 1), segments);
  const perTask = Math.ceil(segments / Math.max(1, tasks));
  plan.call("segment_sum_32", Math.ceil(segments / perTask), { ...places, ...shape, perTask });
}

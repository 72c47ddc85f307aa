import { CONSTANTS } from "../schema/constants.ts";
import type { Place, PlanWriter } from "./plan.ts";
import { sizeOf } from "./sizes.ts";

/** Elements that one task walks over. */
const BLOCK = 16384;

export interface Cumulation {
  readonly exclusive: boolean;
  readonly reverse: boolean;
  /** Products in place of sums. */
  readonly product: boolean;
  /** int32 in place of float32. */
  readonly integer: boolean;
}

/** Running sums or products along an axis. */
export function cumulate(
  plan: PlanWriter,
  shape: readonly number[],
  axis: number,
  kind: Cumulation,
  { x, out }: Record<"x" | "out", Place>,
): void {
  const length = shape[axis];
  const outer = sizeOf(shape.slice(0, axis));
  const inner = sizeOf(shape.slice(axis + 1));
  const perTask = Math.max(1, Math.floor(BLOCK / (4 * length)));
  const tasks = Math.ceil((outer * Math.ceil(inner / 4)) / perTask);
  plan.call("cumulate_32", tasks, { x, out, outer, length, inner, perTask, ...kind });
}

/** The largest `k` of each row, and where they are. */
export function topK(
  plan: PlanWriter,
  rows: number,
  length: number,
  k: number,
  places: Record<"x" | "values" | "indices", Place>,
): void {
  const perTask = Math.max(1, Math.floor(BLOCK / length));
  plan.call("top_k_f32", Math.ceil(rows / perTask), { ...places, rows, length, k, perTask });
}

/** Pixels, and how wide the window over their channels is on either side. */
export interface LocalResponseShape {
  readonly pixels: number;
  readonly channels: number;
  readonly radius: number;
}

/** Whether a pixel's channels fit into the scratch memory, also backward. */
export function fitsLocalResponse({ channels, radius }: LocalResponseShape): boolean {
  return 3 * 4 * (channels + 2 * radius + 8) <= CONSTANTS.SCRATCH_BYTES;
}

/** y = x (bias + alpha sum of x^2)^-beta over neighbouring channels. */
export function localResponse(
  plan: PlanWriter,
  shape: LocalResponseShape,
  places: Record<"x" | "y" | "bias" | "alpha" | "beta", Place>,
): void {
  const perTask = Math.max(1, Math.floor(BLOCK / (4 * shape.channels)));
  const tasks = Math.ceil(shape.pixels / perTask);
  plan.call("local_response_f32", tasks, { ...shape, ...places, perTask });
}

/** dx of the same. */
export function localResponseGradient(
  plan: PlanWriter,
  shape: LocalResponseShape,
  places: Record<"x" | "y" | "dy" | "dx", Place>,
  values: Record<"bias" | "alpha" | "beta", number>,
): void {
  const perTask = Math.max(1, Math.floor(BLOCK / (4 * shape.channels)));
  const tasks = Math.ceil(shape.pixels / perTask);
  plan.call("local_response_gradient_f32", tasks, { ...shape, ...places, ...values, perTask });
}

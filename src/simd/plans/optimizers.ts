import { type OPERATIONS, operation } from "../schema/operations.ts";
import type { Place, PlanWriter } from "./plan.ts";

/** Adam's update of the blocks in the table. */
export function adamUpdate(
  plan: PlanWriter,
  blocks: number,
  places: Record<"table" | "rate1" | "rate2" | "alpha" | "epsilon", Place>,
): void {
  plan.call("adam_update_f32", blocks, places);
}

/** Gradient descent's update of the blocks in the table, with momentum where there are velocities. */
export function sgdUpdate(
  plan: PlanWriter,
  blocks: number,
  kind: { hasVelocity: boolean; nesterov: boolean },
  places: Record<"table" | "rate" | "momentum", Place>,
): void {
  plan.call("sgd_update_f32", blocks, { ...kind, ...places });
}

export type UpdateRule = (typeof OPERATIONS.UpdateRule)[number];

/** The update of the blocks in the table by one of TensorFlow.js's rules. */
export function stockUpdate(
  plan: PlanWriter,
  blocks: number,
  rule: UpdateRule,
  places: Record<"table" | "rate" | "decay1" | "rest1" | "decay2" | "rest2" | "epsilon", Place> &
    Record<"scalar1" | "scalar2", Place | null>,
): void {
  plan.call("stock_update_f32", blocks, { ...places, rule: operation("UpdateRule", rule) });
}

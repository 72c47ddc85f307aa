import type { Rng } from "../../random/rng.ts";
import {
  magnitudeAt,
  OPERATIONS,
  type OperationName,
  type OperationSpace,
  type OperationStep,
} from "./operations.ts";

const NAMES = /* @__PURE__ */ Object.keys(OPERATIONS) as OperationName[];

/**
 * Draws one operation of a space, every one equally likely, at the level that `levelOf` gives, and
 * its sign where it has one.
 */
export function drawOperation(
  space: OperationSpace,
  levels: number,
  levelOf: () => number,
  rng: Rng,
): OperationStep {
  const operation = NAMES[rng.integer(NAMES.length)];
  const scale = space[operation];
  if (!scale) return { operation, magnitude: 0 };
  const magnitude = magnitudeAt(scale, levelOf(), levels);
  const negative = scale.signed === true && rng.integer(2) === 1;
  return { operation, magnitude: negative ? -magnitude : magnitude };
}

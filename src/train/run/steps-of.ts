import type { RunPhase } from "../train-options.ts";

/** Steps of a run in all; `undefined` where the data do not know their number. */
export function stepsOf(
  phases: readonly Pick<RunPhase, "epochs" | "initialEpoch" | "feed">[],
): number | undefined {
  let sum = 0;
  for (const { epochs, initialEpoch, feed } of phases) {
    if (feed.steps === undefined) return undefined;
    sum += (epochs - initialEpoch) * feed.steps;
  }
  return sum;
}

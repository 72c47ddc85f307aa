import type { RunPhase } from "../train-options.ts";

/** Whether the validation data are measured after any epoch of a phase. */
export function isMeasured(
  { validation, initialEpoch, epochs }: Pick<RunPhase, "validation" | "initialEpoch" | "epochs">,
  validationFreq: number,
): boolean {
  const measurementsBefore = (epoch: number): number => Math.floor(epoch / validationFreq);
  return validation !== undefined && measurementsBefore(initialEpoch) < measurementsBefore(epochs);
}

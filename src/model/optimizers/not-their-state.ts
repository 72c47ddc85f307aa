import { TrainingError } from "../../errors.ts";

/**
 * A state that was loaded is not that of the weights that are trained.
 * @param weights how many are trained.
 * @param tensors how many the state has for them.
 */
export function notTheirState(subject: string, weights: number, tensors: number): TrainingError {
  return new TrainingError({
    subject,
    expected: `saved state for the ${weights} weights that are trained`,
    got: `${tensors} tensors`,
    remedy: "train the same layers as when the state was saved, or compile the model anew",
  });
}

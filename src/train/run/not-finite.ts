import { TrainingError } from "../../errors.ts";

/** That a loss is NaN or infinity; epoch and step count from 0. */
export function notFinite(subject: string, epoch: number, step: number): TrainingError {
  return new TrainingError({
    subject,
    expected: "finite losses",
    got: `NaN or infinity in step ${step + 1} of epoch ${epoch + 1}`,
    remedy:
      "lower the learning rate, and go back to an earlier state of the model: its weights are no " +
      "longer numbers",
  });
}

/** Why a run failed, in the library's words; loaded when one did. */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ArgumentError, CifarKitError, TrainingError } from "../../errors.ts";
import { modelInternals } from "../../model/internals.ts";
import { messageOf } from "../../text/describe.ts";

/** That something happened to a model in mid-run which is for the time before or after. */
export function changedMeanwhile(
  subject: string,
  expected: string,
  got: string,
  cause?: unknown,
): TrainingError {
  return new TrainingError({
    subject,
    expected: `${expected} until its training has ended`,
    got: `${got} meanwhile`,
    remedy: "do that when the promise has settled; a signal ends a run early",
    cause,
  });
}

/** That a loss is NaN or infinity; epoch and step count from 0. */
export function lossNotFinite(subject: string, epoch: number, step: number): TrainingError {
  return new TrainingError({
    subject,
    expected: "finite losses",
    got: `NaN or infinity in step ${step + 1} of epoch ${epoch + 1}`,
    remedy:
      "lower the learning rate, and go back to an earlier state of the model: its weights are no " +
      "longer numbers",
  });
}

/** What a failed step is thrown as: a user's own error as it is. */
export function stepFailure(subject: string, model: LayersModel, cause: unknown): unknown {
  if (cause instanceof CifarKitError) return cause;
  if (isDisposed(modelInternals(model).optimizer!)) {
    return changedMeanwhile(subject, "the optimizer to live", "one that was disposed", cause);
  }
  if (/Cannot (find a connection|compute gradient)/.test(messageOf(cause))) {
    return new ArgumentError({
      subject,
      expected: "a loss that has a gradient",
      got: JSON.stringify(messageOf(cause)),
      remedy: "compute it from what the model gives, by operations that have gradients",
      cause,
    });
  }
  return cause;
}

/** Whether one of the tensors that an optimizer of TensorFlow.js keeps has been disposed. */
function isDisposed(optimizer: object): boolean {
  return Object.values(optimizer)
    .flat()
    .some((kept: unknown) => (kept as { isDisposed?: unknown } | null)?.isDisposed === true);
}

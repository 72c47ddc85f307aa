/** Why a step failed, in the library's words; loaded when one did. */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { messageOf } from "../../text/describe.ts";
import { ArgumentError, CifarKitError } from "../../errors.ts";
import { modelInternals } from "../../model/internals.ts";
import { changedMeanwhile } from "./changed-meanwhile.ts";

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

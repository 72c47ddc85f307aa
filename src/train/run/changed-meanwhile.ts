import { TrainingError } from "../../errors.ts";

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

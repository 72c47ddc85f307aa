import { warn } from "../../runtime/warn.ts";
import type { ModelCall } from "../feed/feed.ts";
import type { RunPhase, TrainingSettings } from "../train-options.ts";
import { isMeasured } from "./is-measured.ts";
import { warnOfLaggingAverages } from "./lagging-averages.ts";

/**
 * Says before the first step what a run will not do that it was surely meant to do.
 * @param steps of the whole run; undefined where they are not known.
 */
export async function warnOfUnlikelyRun(
  { subject, model }: ModelCall,
  phases: readonly RunPhase[],
  { validationFreq, verbose }: Pick<TrainingSettings, "validationFreq" | "verbose">,
  steps: number | undefined,
): Promise<void> {
  if (steps === 0) return;
  if (
    phases.some(({ validation }) => validation !== undefined) &&
    !phases.some((phase) => isMeasured(phase, validationFreq))
  ) {
    warn(
      `${subject}: with validationFreq: ${validationFreq} the validation data are measured after no ` +
        "epoch of this run: epochs count within each phase.",
    );
  }
  if (steps === undefined) return;
  if (verbose !== 0) await warnOfLaggingAverages(subject, model, steps);
}

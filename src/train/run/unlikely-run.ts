import { attempt } from "../../checks.ts";
import { modelInternals } from "../../model/internals.ts";
import { isKerasOptimizer } from "../../model/optimizers/keras-optimizer.ts";
import { rateAt } from "../../model/optimizers/schedule.ts";
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
  if (learnsNothing(subject, model, steps)) {
    warn(
      `${subject}: the learning rate's schedule gives 0 for each step of this run. It counts the steps of ` +
        "all runs of an optimizer: compile the model with a new one for a second run.",
    );
  }
  if (verbose !== 0) await warnOfLaggingAverages(subject, model, steps);
}

/** Whether a schedule gives 0 for each step; the first one tells, as a rule. */
function learnsNothing(subject: string, model: ModelCall["model"], steps: number): boolean {
  const optimizer = modelInternals(model).optimizer!;
  if (!isKerasOptimizer(optimizer) || !optimizer.isScheduled) return false;
  const { iterations, runEnd, settings } = optimizer;
  const rate = settings.learningRate;
  for (let step = iterations; step < iterations + steps; step++) {
    // What a schedule gives that is no number, or throws, the run says when it comes to it.
    if (attempt(() => rateAt(subject, rate, step, runEnd)) !== 0) return false;
  }
  return true;
}

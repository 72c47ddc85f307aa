/** Whether a run comes by the place of a checkpoint; loaded when one goes on. */
import { DataError } from "../../errors.ts";
import type { ModelCall } from "../feed/feed.ts";
import type { RunPhase } from "../train-options.ts";
import { checkModelState } from "./check-model-state.ts";
import type { Checkpoint, MeansState, RunPosition } from "./checkpoint.ts";

/**
 * Checks that a run of these phases can go on from a checkpoint.
 * @param means how many a step of the model gives.
 * @throws {DataError} if it is from elsewhere, or holds no state of the model.
 */
export async function checkFits(
  { subject, model }: ModelCall,
  phases: readonly RunPhase[],
  checkpoint: Checkpoint,
  means: number,
): Promise<void> {
  const { position, histories, result } = checkpoint;
  const { phase, epoch, step } = position;
  const isInside =
    isWithin(phases, position, checkpoint.means, means) &&
    (result.length === 0 || phase === phases.length - 1) &&
    histories.length === phase + 1 &&
    histories.every(({ epochs }, i) => isHistoryOf(phases, i, epochs, position));
  if (!isInside) {
    throw new DataError({
      subject,
      expected: "a checkpoint from within this run",
      got: `one of phase ${phase}, epoch ${epoch}, step ${step}`,
      remedy: 'begin anew with resume: "never"',
    });
  }
  await checkModelState(subject, model, checkpoint);
}

/** Whether a run of these phases comes by such a position. */
function isWithin(
  phases: readonly RunPhase[],
  { phase, epoch, step, begun }: RunPosition,
  { sums, samples }: MeansState,
  means: number,
): boolean {
  if (phase >= phases.length) return false;
  const { initialEpoch, epochs, feed } = phases[phase];
  return (
    epoch >= initialEpoch &&
    // Behind the last epoch none has begun.
    (epoch < epochs || (epoch === epochs && !begun)) &&
    step <= (begun ? (feed.steps ?? Infinity) : 0) &&
    sums.length === means &&
    samples === (feed.samplesIn?.(step) ?? samples)
  );
}

/** Whether these are the epochs that a phase has behind it at a position. */
function isHistoryOf(
  phases: readonly RunPhase[],
  phase: number,
  recorded: readonly number[],
  position: RunPosition,
): boolean {
  const { initialEpoch, epochs } = phases[phase];
  const isUnderWay = phase === position.phase;
  const fits = isUnderWay
    ? recorded.length === position.epoch - initialEpoch
    : recorded.length <= epochs - initialEpoch;
  return fits && recorded.every((epoch, i) => epoch === initialEpoch + i);
}

import { isListOf } from "../../checks.ts";
import { isJsonObject, type JsonObject } from "../../text/json.ts";
import { HistoryRecorder } from "../run/history.ts";
import type { Checkpoint, RunPosition } from "./checkpoint.ts";

/** What a manifest says of a phase, as far as it matters here. */
type PhaseConditions = JsonObject & { readonly epochs: number; readonly initialEpoch: number };

function isConditions(phase: unknown): phase is PhaseConditions {
  return isJsonObject(phase) && typeof phase.epochs === "number";
}

/**
 * A checkpoint of a run that is now to train for longer: the phase under way, or the last one of a run
 * that was over, may have more epochs than it had, and further phases may follow. Everything else is as
 * it was, so that the comparison of manifests sees any other change.
 * @param present the manifest of the run that goes on.
 */
export function withMoreEpochs(checkpoint: Checkpoint, present: JsonObject): Checkpoint {
  const { manifest, position, histories } = checkpoint;
  const { phases: saved } = manifest;
  const planned = present.phases;
  // A file of another program says other things; the comparison tells what.
  if (!isListOf(saved, isConditions) || !isListOf(planned, isConditions)) return checkpoint;
  const isOver = position.phase === saved.length;
  const last = isOver ? saved.length - 1 : position.phase;
  const grows = planned[last]?.epochs > saved[last]?.epochs;
  if (!grows && planned.length <= saved.length) return checkpoint;
  const phases = [
    ...saved.map((phase, i) =>
      grows && i === last ? { ...phase, epochs: planned[i].epochs } : phase,
    ),
    ...planned.slice(saved.length),
  ];
  const longer = { ...checkpoint, manifest: { ...manifest, phases } };
  if (!isOver) return longer;
  const beginning = (phase: number, done: number): RunPosition => {
    const epoch = planned[phase].initialEpoch + done;
    return { phase, epoch, step: 0, begun: false, stopped: false };
  };
  return grows
    ? // A phase that a callback ended early goes on from there.
      { ...longer, position: beginning(last, histories[last].epochs.length) }
    : {
        ...longer,
        position: beginning(saved.length, 0),
        histories: [...histories, new HistoryRecorder().history],
      };
}

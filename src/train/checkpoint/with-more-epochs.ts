import { isListOf } from "../../checks.ts";
import { isJsonObject, type JsonObject } from "../../text/json.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** What a manifest says of a phase, as far as it matters here. */
type PhaseConditions = JsonObject & { readonly epochs: number };

/** A checkpoint as one of the longer run. */
interface Growth {
  readonly checkpoint: Checkpoint;
  /** Whether the phase under way was to have more epochs, but a callback has stopped it. */
  readonly isInVain: boolean;
}

function isConditions(phase: unknown): phase is PhaseConditions {
  return isJsonObject(phase) && typeof phase.epochs === "number";
}

/**
 * A checkpoint of a run that is now to train for longer: the phase under way, which is the last one of a
 * run that is over, and those behind it may have more epochs than they had, and further phases may
 * follow. Everything else is as it was, so that the comparison of manifests sees any other change.
 * The phase under way stays as it is where a callback has stopped it.
 * @param present the manifest of the run that goes on.
 */
export function withMoreEpochs(checkpoint: Checkpoint, present: JsonObject): Growth {
  const { manifest, position, result } = checkpoint;
  const { phases: saved } = manifest;
  const planned = present.phases;
  // A file of another program says other things; the comparison tells what.
  if (!isListOf(saved, isConditions) || !isListOf(planned, isConditions)) {
    return { checkpoint, isInVain: false };
  }
  const grows = (i: number): boolean => i >= position.phase && planned[i]?.epochs > saved[i].epochs;
  const stays = (i: number): boolean => position.stopped && i === position.phase;
  const phases = [
    ...saved.map((phase, i) => (grows(i) ? { ...phase, epochs: planned[i].epochs } : phase)),
    ...planned.slice(saved.length),
  ];
  const isLonger = phases.length > saved.length || saved.some((_, i) => grows(i) && !stays(i));
  return {
    checkpoint: {
      ...checkpoint,
      manifest: { ...manifest, phases },
      result: isLonger ? [] : result,
    },
    isInVain: saved.some((_, i) => grows(i) && stays(i)),
  };
}

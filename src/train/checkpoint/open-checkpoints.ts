import { unseededLayers } from "../../model/keras-layers.ts";
import { warn } from "../../runtime/warn.ts";
import type { ModelCall } from "../feed/feed.ts";
import type { CheckpointSettings } from "./checkpoint-options.ts";
import { checkOptimizer } from "./model-conditions.ts";
import { RunCheckpoints } from "./run-checkpoints.ts";
import { type RunConditions, runManifest } from "./run-manifest.ts";

/**
 * Claims the store of a run that is to be saved, once it is known that it can be.
 * @throws {ArgumentError} if the optimizer's state cannot be saved.
 */
export async function openCheckpoints(
  call: ModelCall,
  options: CheckpointSettings,
  conditions: RunConditions,
): Promise<RunCheckpoints> {
  const { subject, model } = call;
  await checkOptimizer(subject, model);
  const unseeded = unseededLayers(model).join(", ");
  if (unseeded !== "") {
    warn(
      `${subject}: nobody can repeat the random numbers of the layers ${unseeded}: ` +
        "a run that goes on from a checkpoint will not end with the same bits.",
    );
  }
  const manifest = await runManifest(call, conditions);
  return new RunCheckpoints(subject, await options.store.open(), options, manifest);
}

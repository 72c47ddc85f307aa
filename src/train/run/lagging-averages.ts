import type { LayersModel } from "@tensorflow/tfjs-layers";
import { allLayers } from "../../model/layer-tree.ts";
import type { BatchNormalizationLayer } from "../../model/layers/batch-normalization.ts";
import { warn } from "../../runtime/warn.ts";

/** What a new moving average with Keras's default momentum keeps of its first value in 500 steps: 0.7 %. */
const FORGOTTEN = 0.99 ** 500;

/**
 * Says so if a run is too short for batch normalisation's moving averages: in training each batch is
 * normalised by itself, afterwards by averages that would still hold much of the zeros and ones that
 * they began with, so that a network that learned well measures badly. Averages of a network that was
 * trained before, and frozen ones, are left alone.
 * @param steps of the whole run.
 */
export async function warnOfLaggingAverages(
  subject: string,
  model: LayersModel,
  steps: number,
): Promise<void> {
  let momentum = 0;
  for (const layer of trainedNormalizations(model)) {
    if (layer.momentum <= momentum || layer.momentum ** steps <= FORGOTTEN) continue;
    const mean = await layer.movingMean.read().data();
    if (mean.every((value) => value === 0)) momentum = layer.momentum;
  }
  if (momentum === 0) return;
  const kept = Math.round(100 * momentum ** steps);
  const enough = Math.floor(100 * FORGOTTEN ** (1 / steps)) / 100;
  warn(
    `${subject}: the moving averages of batch normalization lag: after the ${steps} steps of this ` +
      `run they still hold ${kept} % of where they began, and validation will look worse than ` +
      `training. Build the model with batchNormMomentum: ${enough} (momentum: ${enough} in ` +
      `batchNormalization layers of your own), or train for more steps.`,
  );
}

/** The batch normalisations whose averages the run moves, also of models inside the model. */
function trainedNormalizations(model: LayersModel): BatchNormalizationLayer[] {
  return [...allLayers(model)].filter(
    (layer) => layer.trainable && layer.getClassName() === "BatchNormalization",
  ) as BatchNormalizationLayer[];
}

import type { io } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { modelInternals } from "../../model/internals.ts";
import { type NamedArray, toArray } from "../../model/named-array.ts";
import { checkWeightNames } from "../../model/saved/check-weight-names.ts";
import { readStockState } from "../../model/optimizers/optimizer-state.ts";

/** A model that a message can carry: what a handler loads, each array in a buffer of its own. */
export interface PlainModel extends io.ModelArtifacts {
  readonly weightData: ArrayBuffer[];
}

/**
 * What `model.save` gives its handler. That one joins all arrays, and joins them again, for longer
 * than a page may stand still.
 * @param isTraining whether the optimizer comes along, with its state.
 */
export async function plainModel(model: LayersModel, isTraining: boolean): Promise<PlainModel> {
  checkWeightNames("createTrainer", model);
  const internals = modelInternals(model);
  const weights = await Promise.all(
    model.weights.map((weight) => toArray(weight.originalName, weight.read())),
  );
  const state = isTraining ? await readStockState(internals.optimizer!) : [];
  const userDefinedMetadata = model.getUserDefinedMetadata();
  return {
    modelTopology: model.toJSON(null, false) as object,
    ...(isTraining && { trainingConfig: internals.getTrainingConfig() }),
    ...(userDefinedMetadata && {
      userDefinedMetadata: userDefinedMetadata,
    }),
    weightSpecs: [
      ...weights.map((one) => specOf(one)),
      ...state.map((one) => specOf(one, "optimizer")),
    ],
    weightData: [...weights, ...state].map(({ values }) => values.buffer as ArrayBuffer),
  };
}

function specOf({ name, shape, values }: NamedArray, group?: "optimizer"): io.WeightsManifestEntry {
  const dtype = values instanceof Float32Array ? "float32" : "int32";
  return { name, shape: [...shape], dtype, ...(group && { group }) };
}

import { dispose, io, type NamedTensorMap, tidy } from "@tensorflow/tfjs-core";
import { type LayersModel, loadLayersModel } from "@tensorflow/tfjs-layers";
import { compileOwning } from "../compile.ts";
import { assignTo } from "../constraints.ts";
import { modelInternals, type NamedTensor } from "../internals.ts";
import { disposeOnError, disposeOnErrorAsync } from "../dispose-on-error.ts";
import { toArray } from "../named-array.ts";
import { prepareOptimizer } from "../optimizers/prepare-optimizer.ts";
import { isKerasOptimizer } from "../optimizers/keras-optimizer.ts";
import { restoreOptimizer } from "../optimizers/restore-optimizer.ts";

/** As tfjs-layers declares it; tfjs-core declares it once more, otherwise. */
type TrainingConfig = Parameters<LayersModel["loadTrainingConfig"]>[0];

/** An optimizer of TensorFlow.js that needs no settings of the file's. */
const ANY_OPTIMIZER = {
  class_name: "Adam",
  config: { learning_rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
};

/**
 * What TensorFlow.js's `loadLayersModel` does, but with the optimizers of this library, and without
 * leaving anything behind when it fails.
 */
export async function buildModel(artifacts: io.ModelArtifacts): Promise<LayersModel> {
  const model = await buildBlank(artifacts);
  try {
    const { trainingConfig, weightData, weightSpecs = [] } = artifacts;
    const tensors = weightData && tidy(() => io.decodeWeights(weightData, weightSpecs));
    try {
      const named = (isOfOptimizer: boolean): NamedTensor[] =>
        weightSpecs
          .filter(({ group }) => (group === "optimizer") === isOfOptimizer)
          .map(({ name }) => ({ name, tensor: tensors![name] }));
      if (trainingConfig) {
        await compileAsSaved(model, trainingConfig as TrainingConfig, tensors ? named(true) : []);
      }
      if (tensors) model.loadWeights(byName(named(false)));
      // It has held them to their constraints once more, which rounds.
      for (const weight of model.weights) {
        const saved = tensors?.[weight.originalName];
        if (saved) assignTo(weight, saved);
      }
    } finally {
      dispose(tensors ?? []);
    }
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** A model of this topology whose weights are about to be set: none are drawn, where that can be avoided. */
export function buildBlank(artifacts: io.ModelArtifacts): Promise<LayersModel> {
  return disposeOnErrorAsync(() => loadLayersModel(topologyOf(artifacts)));
}

/** A handler of all but what is loaded afterwards. */
function topologyOf(artifacts: io.ModelArtifacts): io.IOHandler {
  let asked = false;
  const topology: io.ModelArtifacts = {
    ...artifacts,
    trainingConfig: undefined,
    // It is asked for twice: first whether weights follow, so that none need to be drawn, which can
    // take long; then for the weights. Those that do not fit would be left behind by TensorFlow.js.
    get weightData() {
      const isFirst = !asked;
      asked = true;
      return isFirst ? artifacts.weightData : undefined;
    },
  };
  return { load: () => Promise.resolve(topology) };
}

async function compileAsSaved(
  model: LayersModel,
  config: TrainingConfig,
  state: readonly NamedTensor[],
): Promise<void> {
  const arrays = await Promise.all(state.map(({ name, tensor }) => toArray(name, tensor)));
  const saved = config.optimizer_config as { config?: Record<string, unknown> } | undefined;
  const own = restoreOptimizer("loadModel", saved?.config ?? {});
  // TensorFlow.js knows the names of losses and metrics; what it cannot compile fails here, with an
  // optimizer of which nothing is left.
  const trial = { ...config, optimizer_config: ANY_OPTIMIZER } as unknown as TrainingConfig;
  disposeOnError(() => {
    model.loadTrainingConfig(trial);
  });
  modelInternals(model).optimizer!.dispose();
  if (!own) model.loadTrainingConfig(config);
  const optimizer = own ?? modelInternals(model).optimizer!;
  compileOwning(model, optimizer, model);
  if (state.length > 0) {
    if (isKerasOptimizer(optimizer)) optimizer.writeStockState(arrays);
    else await optimizer.setWeights([...state]);
  }
  prepareOptimizer("loadModel", model);
}

function byName(tensors: readonly NamedTensor[]): NamedTensorMap {
  return Object.fromEntries(tensors.map(({ name, tensor }) => [name, tensor]));
}

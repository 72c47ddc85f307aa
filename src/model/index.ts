export { KerasAdam } from "./adam.ts";
export { ensureTrainable } from "./backend/ensure-trainable.ts";
export { buildCifarModel, type CifarModelOptions } from "./cifar-model.ts";
export { withKerasLayers } from "./keras-layers.ts";
export { loadModel } from "./load-model.ts";
export { modelSummary, type ModelSummaryOptions } from "./summary.ts";
export {
  loadWeights,
  saveWeights,
  type LoadWeightsOptions,
  type SaveWeightsOptions,
  type WeightsFormat,
  type WeightsLayout,
} from "./weights/index.ts";

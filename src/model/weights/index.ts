export { loadWeights } from "./load-weights.ts";
export { saveWeights } from "./save-weights.ts";
export type {
  LoadWeightsOptions,
  SaveWeightsOptions,
  WeightsFormat,
  WeightsLayout,
} from "./weights-options.ts";

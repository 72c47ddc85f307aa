export { ensureTrainable } from "./backend/ensure-trainable.ts";
export { classNamesOf } from "./class-names.ts";
export { buildCifarModel, type CifarModelOptions } from "./cifar-model.ts";
export {
  type ChannelStatistics,
  channelStatistics,
  normalization,
  type NormalizationOptions,
} from "./channel-statistics.ts";
export type { OptimizerChoice } from "./compile.ts";
export { identityFilters, type IdentityFiltersOptions } from "./initializers/identity-filters.ts";
export { whitening, type WhiteningOptions } from "./initializers/whitening.ts";
export { withKerasLayers } from "./keras-layers.ts";
export { loadModel } from "./load-model.ts";
export { adam, adamW, type AdamOptions } from "./optimizers/adam.ts";
export type { LearningRate, Schedule, ScheduleJSON } from "./optimizers/schedule.ts";
export type { OptimizerOptions } from "./optimizers/optimizer-options.ts";
export {
  cosineDecay,
  linearSchedule,
  oneCycle,
  type CosineDecayOptions,
  type LinearScheduleOptions,
  type OneCycleOptions,
} from "./optimizers/schedules.ts";
export { muon, type MuonGroup, type MuonOptions } from "./optimizers/muon.ts";
export { sgd, type SgdOptions } from "./optimizers/sgd.ts";
export type { WeightGroup } from "./optimizers/weight-groups.ts";
export { replaceHead, type ReplaceHeadOptions } from "./replace-head.ts";
export { unfreeze, type UnfreezeOptions } from "./unfreeze.ts";
export { modelSummary, type ModelSummaryOptions } from "./summary.ts";
export {
  loadWeights,
  saveWeights,
  type LoadWeightsOptions,
  type SaveWeightsOptions,
  type WeightsFormat,
  type WeightsLayout,
} from "./weights/index.ts";

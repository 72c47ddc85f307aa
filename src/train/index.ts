export type { Callback, TrainingRun } from "./callback.ts";
export type { Logs } from "./logs.ts";
export * from "./callbacks/index.ts";
export type { CallbackState } from "./callback.ts";
export type { CheckpointOptions, ResumeMode } from "./checkpoint/checkpoint-options.ts";
export type { CheckpointStore, OpenCheckpointStore } from "./checkpoint/checkpoint-store.ts";
export { stateHash } from "./checkpoint/state-hash.ts";
export { evaluate, type EvaluateOptions, type Evaluation } from "./evaluate.ts";
export { findLearningRate, type FindLearningRateOptions } from "./find-learning-rate.ts";
export type { History, PhaseHistory, RunHealth, Training, TwoPhaseHistory } from "./run/history.ts";
export type { Group } from "./group.ts";
export type { ProgressStyle } from "./console/progress-line.ts";
export type { TextSink } from "./console/text-sink.ts";
export type { LabelledImages, ModelImages } from "./feed/feed-of.ts";
export type { Predictions } from "./outputs.ts";
export { predict, type PredictOptions } from "./predict.ts";
export type { RandomViews, TestTimeAugmentation } from "./test-time-augmentation.ts";
export { toDataset, type ToDatasetOptions } from "./to-dataset.ts";
export { train, trainPhase, trainTwoPhase } from "./train.ts";
export type {
  Phase,
  TrainingOptions,
  TrainOptions,
  TrainPhaseOptions,
  TrainTwoPhaseOptions,
} from "./train-options.ts";

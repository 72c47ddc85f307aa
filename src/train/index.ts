export type { Callback, Logs, TrainingContext } from "./callback.ts";
export * from "./callbacks/index.ts";
export { evaluate, type EvaluateOptions, type Evaluation } from "./evaluate.ts";
export type { History, TwoPhaseHistory } from "./history.ts";
export type { ModelImages } from "./model-input.ts";
export { predict, type Predictions, type PredictOptions } from "./predict.ts";
export { toDataset, type ToDatasetOptions } from "./to-dataset.ts";
export { trainPhase, type TrainingOptions, type TrainPhaseOptions } from "./train-phase.ts";
export { trainTwoPhase, type TrainTwoPhaseOptions } from "./train-two-phase.ts";

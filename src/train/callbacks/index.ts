export type { AnnounceOptions } from "./announce.ts";
export { csvLogger, type CsvLoggerOptions, type TextWriter } from "./csv-logger.ts";
export { earlyStopping, type EarlyStoppingOptions } from "./early-stopping.ts";
export {
  learningRateFinder,
  type LearningRateFinder,
  type LearningRateFinderOptions,
  type LearningRateRange,
} from "./learning-rate-finder.ts";
export {
  learningRateScheduler,
  type LearningRateSchedule,
  type LearningRateSchedulerOptions,
} from "./learning-rate-scheduler.ts";
export { lookahead, type LookaheadOptions } from "./lookahead.ts";
export {
  modelCheckpoint,
  type ModelCheckpointOptions,
  type SaveModel,
  type SavePlace,
} from "./model-checkpoint.ts";
export type { MonitorOptions } from "./monitor.ts";
export { progressBar, type ProgressBarOptions } from "./progress-bar.ts";
export { reduceLROnPlateau, type ReduceLROnPlateauOptions } from "./reduce-lr-on-plateau.ts";
export {
  tensorBoard,
  type EventWriter,
  type TensorBoardOptions,
  type TensorBoardRun,
} from "./tensor-board.ts";
export { terminateOnNaN, type TerminateOnNaNOptions } from "./terminate-on-nan.ts";
export { weightAveraging, type WeightAveragingOptions } from "./weight-averaging.ts";

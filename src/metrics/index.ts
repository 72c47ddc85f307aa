export { accuracyScore, type AccuracyScoreOptions } from "./accuracy.ts";
export type { Average, AveragedScores, ScoresByClass, ZeroDivision } from "./class-scores.ts";
export {
  classificationReport,
  type ClassificationReport,
  type ClassificationReportOptions,
  type ReportClass,
  type ReportDictRow,
  type ReportScores,
} from "./classification-report.ts";
export { confusionMatrix, type ConfusionMatrixOptions } from "./confusion-matrix.ts";
export type { Labels, SampleWeight } from "./labels.ts";
export { mostConfused, type ConfusedPair, type MostConfusedOptions } from "./most-confused.ts";
export {
  precisionRecallFscoreSupport,
  type PrecisionRecallFscoreOptions,
} from "./precision-recall-fscore.ts";
export type { ScoreRows } from "./scores.ts";
export { topKAccuracyScore, type TopKAccuracyScoreOptions } from "./top-k-accuracy.ts";

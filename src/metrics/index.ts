/**
 * Scores of classifiers with scikit-learn's definitions and text. Plain arrays in, numbers out; no
 * TensorFlow.js. `cifar-kit` exports all of it, too.
 *
 * @module cifar-kit/metrics
 */
export { accuracyScore, type AccuracyScoreOptions } from "./accuracy.ts";
export { averageRocCurves, type AverageRocCurve } from "./average-roc-curves.ts";
export {
  balancedAccuracyScore,
  cohenKappaScore,
  matthewsCorrcoef,
  type BalancedAccuracyOptions,
  type CohenKappaOptions,
  type MatthewsCorrcoefOptions,
} from "./agreement.ts";
export {
  calibration,
  type Calibration,
  type CalibrationBin,
  type CalibrationOptions,
} from "./calibration.ts";
export type { Average, AveragedScores, ScoresByClass, ZeroDivision } from "./class-scores.ts";
export {
  classificationReport,
  type ClassificationReport,
  type ClassificationReportOptions,
  type ReportClass,
  type ReportDictRow,
} from "./classification-report.ts";
export type { EvaluationLike } from "./evaluation.ts";
export type { ReportScores } from "./format-report.ts";
export { confusionMatrix, type ConfusionMatrixOptions } from "./confusion-matrix.ts";
export type { Labels, SampleWeight } from "./labels.ts";
export { logLoss, type LogLossOptions } from "./log-loss.ts";
export type { MatrixNormalization } from "./matrix.ts";
export {
  mostConfident,
  type ConfidentPredictions,
  type LabelledSet,
  type MostConfidentOptions,
} from "./most-confident.ts";
export { mostConfused, type ConfusedPair, type MostConfusedOptions } from "./most-confused.ts";
export type { OneVersusRestOptions } from "./one-versus-rest.ts";
export {
  averagePrecisionScore,
  precisionRecallCurve,
  precisionRecallCurves,
  type ClassPrecisionRecallCurve,
  type PrecisionRecallCurve,
  type PrecisionRecallCurveOptions,
} from "./precision-recall-curve.ts";
export {
  precisionRecallFscoreSupport,
  type PrecisionRecallFscoreOptions,
} from "./precision-recall-fscore.ts";
export {
  rocAucScore,
  rocCurve,
  rocCurves,
  type ClassRocCurve,
  type RocCurve,
  type RocCurveOptions,
} from "./roc.ts";
export type { ScoreRows } from "./scores.ts";
export { topKAccuracyScore, type TopKAccuracyScoreOptions } from "./top-k-accuracy.ts";

/**
 * Pictures as Vega-Lite specifications: plain JSON that any Vega-Lite renderer draws, and `toSvg`. No
 * TensorFlow.js, no DOM, no files. `cifar-kit` exports all of it, too.
 *
 * @module cifar-kit/plots
 */
export type {
  EpochHistory,
  KerasHistory,
  RepeatedRuns,
  PhaseHistories,
  RunHistory,
  TrainingToPlot,
} from "./history-curves.ts";
export type { MatrixNormalization } from "../metrics/matrix.ts";
export { plotAugmentations } from "./plot-augmentations.ts";
export type {
  ImageTransformer,
  PlotAugmentationsOptions,
  ImageAugmenter,
  SingleImageFlow,
} from "./plot-augmentations.ts";
export { plotCalibration } from "./plot-calibration.ts";
export type {
  CalibrationBinToPlot,
  CalibrationToPlot,
  PlotCalibrationOptions,
} from "./plot-calibration.ts";
export { plotConfusionMatrix } from "./plot-confusion-matrix.ts";
export type { PlotConfusionMatrixOptions } from "./plot-confusion-matrix.ts";
export { plotGradCam } from "./plot-grad-cam.ts";
export type { HeatMapsToPlot, PlotGradCamOptions } from "./plot-grad-cam.ts";
export { plotHistory } from "./plot-history.ts";
export type { PlotHistoryOptions } from "./plot-history.ts";
export { plotLearningRateFinder } from "./plot-learning-rate-finder.ts";
export type {
  LearningRateSweep,
  PlotLearningRateFinderOptions,
} from "./plot-learning-rate-finder.ts";
export { plotPredictions } from "./plot-predictions.ts";
export type { PlotPredictionsOptions } from "./plot-predictions.ts";
export { plotPrecisionRecall, plotRoc } from "./plot-roc.ts";
export type {
  NamedCurve,
  PlotCurvesOptions,
  PlotRocOptions,
  PrecisionRecallCurveToPlot,
  RocCurveToPlot,
} from "./plot-roc.ts";
export { plotSample } from "./plot-sample.ts";
export type { PlotSampleOptions } from "./plot-sample.ts";
export { plotSamples } from "./plot-samples.ts";
export type { PlotSamplesOptions } from "./plot-samples.ts";
export type { JsonValue, VegaLiteSpec } from "./spec.ts";
export { toSvg } from "./to-svg.ts";

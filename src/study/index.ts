/**
 * Many runs with different parameters, on all cores of a machine; for Node.
 *
 * @module cifar-kit/study
 */
export { defineTrial, type AnyParams, type Trial, type TrialContext } from "./define-trial.ts";
export type {
  Engine,
  EpochReport,
  OpenEngine,
  Outcome,
  Verdict,
  Work,
  WorkListener,
} from "./engine.ts";
export type { Distribution } from "./journal/distribution.ts";
export type { Journal } from "./journal/journal.ts";
export type { Direction, Operation, TrialState } from "./journal/operation.ts";
export { localProcesses, type LocalProcessesOptions } from "./local/local-processes.ts";
export { meanOverFolds, type FoldScore, type MeanOverFoldsOptions } from "./mean-over-folds.ts";
export {
  parameterImportance,
  type ParameterImportance,
  type ValuedTrial,
} from "./parameter-importance.ts";
export {
  plotImportance,
  type ImportanceToPlot,
  type PlotImportanceOptions,
} from "../plots/plot-importance.ts";
export {
  plotParallelCoordinates,
  type PlotParallelCoordinatesOptions,
} from "../plots/plot-parallel-coordinates.ts";
export { plotStudyCurves, type PlotStudyCurvesOptions } from "../plots/plot-study-curves.ts";
export type { ReportToPlot, StudyToPlot, TrialToPlot } from "../plots/study-to-plot.ts";
export type { JsonObject, JsonValue as ParameterValue } from "../text/json.ts";
export type { JsonValue, VegaLiteSpec } from "../plots/spec.ts";
export { asha, type AshaOptions } from "./pruners/asha.ts";
export { median, type MedianOptions } from "./pruners/median.ts";
export type { Field, Pruner } from "./pruners/pruner.ts";
export { runStudy } from "./run-study.ts";
export { choice, folds } from "./space/choice.ts";
export type { Dimension } from "./space/dimension.ts";
export { integer, type IntegerOptions } from "./space/integer.ts";
export type { SamplerName } from "./space/sampler.ts";
export type { Params, ParamsOf, Space } from "./space/space.ts";
export { logUniform, uniform } from "./space/uniform.ts";
export type { CompleteTrial, Study, StudyTrial } from "./study.ts";
export type { StudyOptions } from "./study-options.ts";
export type { TrialRecord, TrialReport } from "./trial-record.ts";

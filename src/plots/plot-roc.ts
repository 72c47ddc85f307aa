import { check, describe } from "../checks.ts";
import { checkPlotOptions } from "./check-plot-options.ts";
import type { VegaLiteSpec } from "./spec.ts";
import { checkUnitValues, MAX_CURVES, plotUnitCurves } from "./unit-square.ts";

/** One class's receiver operating characteristic, one versus the rest. */
export interface RocCurveToPlot {
  /** Usually the class name. */
  readonly name: string;
  /** In [0, 1], one value a threshold. */
  readonly falsePositiveRate: ArrayLike<number>;
  /** In [0, 1], as many values. */
  readonly truePositiveRate: ArrayLike<number>;
  /** Area under the curve; shown behind the name if given. */
  readonly area?: number;
}

/** One class's precision against its recall, one versus the rest. */
export interface PrecisionRecallCurveToPlot {
  /** Usually the class name. */
  readonly name: string;
  /** In [0, 1], one value a threshold. */
  readonly precision: ArrayLike<number>;
  /** In [0, 1], as many values. */
  readonly recall: ArrayLike<number>;
  /** Shown behind the name if given. */
  readonly averagePrecision?: number;
}

/** Options of {@link plotRoc} and {@link plotPrecisionRecall}. */
export interface PlotCurvesOptions {
  /** A line above the picture; none by default. */
  readonly title?: string;
}

/**
 * ROC curves, with the diagonal of a guess by lot.
 * @param curves 1 to 20 of them.
 * @throws {ArgumentError} if there are none or too many, arrays differ in length or hold values outside
 *   [0, 1], or an option is unknown.
 */
export function plotRoc(
  curves: readonly RocCurveToPlot[],
  options: PlotCurvesOptions = {},
): VegaLiteSpec {
  const subject = "plotRoc";
  checkPlotOptions(subject, options, ["title"]);
  checkCurves(subject, curves);
  const unit = curves.map(({ name, falsePositiveRate: x, truePositiveRate: y, area }) => {
    checkUnitValues(subject, ["falsePositiveRate", "truePositiveRate"], x, y);
    return { label: labelOf(name, area), x, y };
  });
  return plotUnitCurves(`ROC curves of ${curves.length} classes`, unit, {
    xTitle: "False positive rate",
    yTitle: "True positive rate",
    title: options.title,
    diagonal: true,
    interpolate: "linear",
  });
}

/**
 * Precision-recall curves, drawn as steps: precision between two thresholds is that of the first.
 * @param curves 1 to 20 of them.
 * @throws {ArgumentError} as {@link plotRoc}.
 */
export function plotPrecisionRecall(
  curves: readonly PrecisionRecallCurveToPlot[],
  options: PlotCurvesOptions = {},
): VegaLiteSpec {
  const subject = "plotPrecisionRecall";
  checkPlotOptions(subject, options, ["title"]);
  checkCurves(subject, curves);
  const unit = curves.map(({ name, recall: x, precision: y, averagePrecision }) => {
    checkUnitValues(subject, ["recall", "precision"], x, y);
    return { label: labelOf(name, averagePrecision), x, y };
  });
  return plotUnitCurves(`Precision-recall curves of ${curves.length} classes`, unit, {
    xTitle: "Recall",
    yTitle: "Precision",
    title: options.title,
    diagonal: false,
    interpolate: "step-after",
  });
}

function labelOf(name: string, value: number | undefined): string {
  return value === undefined ? name : `${name} (${value.toFixed(3)})`;
}

function checkCurves(subject: string, curves: readonly { readonly name: string }[]): void {
  const isList: boolean = Array.isArray(curves);
  const areCurves = isList && curves.every((curve) => typeof curve?.name === "string");
  check(
    areCurves && curves.length >= 1 && curves.length <= MAX_CURVES,
    subject,
    `a list of 1 to ${MAX_CURVES} curves with names`,
    describe(curves),
    "choose the classes to show",
  );
}

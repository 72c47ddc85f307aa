import { check, describe, isArray, isListOf, isObject } from "../checks.ts";
import { readOptions, text, texts } from "../options.ts";
import type { VegaLiteSpec } from "./spec.ts";
import { ellipsize } from "./text-width.ts";
import {
  checkUnitValues,
  MAX_CURVES,
  plotUnitCurves,
  type UnitCurve,
  type UnitSquareLayout,
} from "./unit-square.ts";

/** How a curve is called in the legend. */
export interface NamedCurve {
  /** By default the name of the class `label`. */
  readonly name?: string;
  /** The class index. */
  readonly label?: number;
}

/** A receiver operating characteristic: what `rocCurve` gives, and `rocCurves` for each class. */
export interface RocCurveToPlot extends NamedCurve {
  /** In [0, 1], one value a threshold; NaN throughout without negative samples. */
  readonly falsePositiveRate: ArrayLike<number>;
  /** In [0, 1], as many values; NaN throughout without positive samples. */
  readonly truePositiveRate: ArrayLike<number>;
  /** Area under the curve; shown behind the name if given. */
  readonly area?: number;
}

/** Precision against recall: what `precisionRecallCurve` gives, and `precisionRecallCurves`. */
export interface PrecisionRecallCurveToPlot extends NamedCurve {
  /** In [0, 1], one value a threshold. */
  readonly precision: ArrayLike<number>;
  /** In [0, 1], as many values. */
  readonly recall: ArrayLike<number>;
  /** Shown behind the name if given. */
  readonly averagePrecision?: number;
}

/** Options of {@link plotRoc} and {@link plotPrecisionRecall}. */
export interface PlotCurvesOptions {
  /** The name of each class index; by default the index itself. */
  readonly classNames?: readonly string[];
  /** A line above the picture; none by default. */
  readonly title?: string;
}

/**
 * ROC curves, with the diagonal of a guess by lot. A class without positive or without negative
 * samples has no curve; the legend says so.
 * @param curves what `rocCurves` or `rocCurve` returned; 1 to 20 of them.
 * @throws {ArgumentError} if there are none or too many, arrays differ in length or hold values outside
 *   [0, 1], a class has no name, or an option is unknown.
 */
export function plotRoc(
  curves: RocCurveToPlot | readonly RocCurveToPlot[],
  options: PlotCurvesOptions = {},
): VegaLiteSpec {
  const subject = "plotRoc";
  const picture: CurvePicture = {
    subject,
    kind: "ROC",
    xTitle: "False positive rate",
    yTitle: "True positive rate",
    diagonal: true,
    interpolate: "linear",
  };
  return plotCurves(picture, curves, options, (curve) => {
    const { falsePositiveRate: x, truePositiveRate: y, area } = curve;
    if (isUndefined(y)) return "no positive samples";
    if (isUndefined(x)) return "no negative samples";
    checkUnitValues(subject, ["falsePositiveRate", "truePositiveRate"], x, y);
    return { x, y, value: area };
  });
}

/**
 * Precision-recall curves, drawn as steps: precision between two thresholds is that of the first. A
 * class without positive samples has no curve; the legend says so.
 * @param curves what `precisionRecallCurves` or `precisionRecallCurve` returned; 1 to 20 of them.
 * @throws {ArgumentError} as {@link plotRoc}.
 */
export function plotPrecisionRecall(
  curves: PrecisionRecallCurveToPlot | readonly PrecisionRecallCurveToPlot[],
  options: PlotCurvesOptions = {},
): VegaLiteSpec {
  const subject = "plotPrecisionRecall";
  const picture: CurvePicture = {
    subject,
    kind: "Precision-recall",
    xTitle: "Recall",
    yTitle: "Precision",
    diagonal: false,
    interpolate: "step-after",
  };
  return plotCurves(picture, curves, options, (curve) => {
    const { recall: x, precision: y, averagePrecision } = curve;
    checkUnitValues(subject, ["recall", "precision"], x, y);
    // At the lowest threshold all samples are called positive: if no one is right, there are none.
    if (y[0] === 0) return "no positive samples";
    return { x, y, value: averagePrecision };
  });
}

/** What tells one kind of curves from another. */
interface CurvePicture extends Omit<UnitSquareLayout, "title"> {
  readonly subject: string;
  readonly kind: string;
}

/** A curve's points and the number behind its name; or why it has none. */
type Points = (Pick<UnitCurve, "x" | "y"> & { readonly value: number | undefined }) | string;

function plotCurves<Curve extends NamedCurve>(
  { subject, kind, ...layout }: CurvePicture,
  given: Curve | readonly Curve[],
  options: PlotCurvesOptions,
  pointsOf: (curve: Curve) => Points,
): VegaLiteSpec {
  const { classNames, title } = readOptions(subject, options, {
    classNames: texts("texts", '["cat", "dog"]', { optional: true }),
    title: text({ optional: true }),
  });
  const curves = (isArray(given) ? given : [given]) as readonly Curve[];
  check(
    isListOf(curves, isObject) && curves.length >= 1 && curves.length <= MAX_CURVES,
    subject,
    `a list of 1 to ${MAX_CURVES} curves`,
    describe(given),
    "choose the classes to show, e.g. with curves.slice(0, 20)",
  );
  const unit = curves.map((curve): UnitCurve => {
    // Only the name is cut: what stands behind it has to be read.
    const name = ellipsize(nameOf(subject, curve, classNames), 12, 140);
    const points = pointsOf(curve);
    if (typeof points === "string") return { label: `${name} (${points})`.trim(), x: [], y: [] };
    const { x, y, value } = points;
    return { label: value === undefined ? name : `${name} (${value.toFixed(3)})`.trim(), x, y };
  });
  const count = `${curves.length} ${curves.length === 1 ? "class" : "classes"}`;
  return plotUnitCurves(`${kind} curves of ${count}`, unit, { ...layout, title });
}

/** The name of a curve in the legend; a single curve needs none. */
function nameOf(
  subject: string,
  { name, label }: NamedCurve,
  classNames: readonly string[] | undefined,
): string {
  if (name !== undefined || label === undefined) {
    return text({ default: "" })(name, subject, "the name of a curve");
  }
  if (classNames === undefined) return String(label);
  check(
    classNames[label] !== undefined,
    subject,
    `a class name for the label ${label}`,
    `${classNames.length} names`,
    "pass one name per class index, or give each curve its own: { ...curve, name }",
  );
  return classNames[label];
}

/** Whether a rate is 0/0 at every threshold: there is no sample that it could be a share of. */
function isUndefined(rates: ArrayLike<number>): boolean {
  return rates?.length > 0 && Array.from(rates).every(Number.isNaN);
}

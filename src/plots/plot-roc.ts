import { check, describe, isArray, isListOf, isObject } from "../checks.ts";
import { number, readOptions, text, texts } from "../options.ts";
import { INK, type VegaLiteSpec } from "./spec.ts";
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
  /** Of what curve of all classes together: drawn in black, broken. */
  readonly average?: "micro" | "macro";
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

/** Options of {@link plotRoc}. */
export interface PlotRocOptions extends PlotCurvesOptions {
  /**
   * Shows the upper left corner again beside the whole, enlarged: so much of either axis, above 0 and below 1, say
   * 0.2. Good classifiers differ only there. None by default.
   */
  readonly zoom?: number;
}

/**
 * ROC curves, with the diagonal on which guesses lie. A class without positive or without negative
 * samples has no curve; the legend says so.
 * @param curves what `rocCurves`, `rocCurve` or `averageRocCurves` returned; 1 to 20 of them.
 * @throws {ArgumentError} if there are none or too many, arrays differ in length or hold values outside
 *   [0, 1], a class has no name, or an option is unknown.
 */
export function plotRoc(
  curves: RocCurveToPlot | readonly RocCurveToPlot[],
  options: PlotRocOptions = {},
): VegaLiteSpec {
  const subject = "plotRoc";
  const { zoom, ...others } = readOptions(subject, options, {
    ...curveOptions(),
    zoom: number({ min: 0, exclusiveMin: true, max: 1, exclusiveMax: true, optional: true }),
  });
  const picture: CurvePicture = {
    subject,
    kind: "ROC",
    xTitle: "False positive rate",
    yTitle: "True positive rate",
    diagonal: true,
    interpolate: "linear",
    quantity: "AUC",
    zoom,
  };
  return plotCurves(picture, curves, others, (curve) => {
    const { falsePositiveRate: x, truePositiveRate: y, area, average } = curve;
    if (isUndefined(y)) return "no positive samples";
    if (isUndefined(x)) return "no negative samples";
    checkUnitValues(subject, ["falsePositiveRate", "truePositiveRate"], x, y);
    return { x, y, value: area, style: average && AVERAGES[average] };
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
    quantity: "AP",
  };
  const settings = readOptions(subject, options, curveOptions());
  return plotCurves(picture, curves, settings, (curve) => {
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
  /** The name of the number behind a curve's name. */
  readonly quantity: string;
}

/** The readers of {@link PlotCurvesOptions}. */
const curveOptions = () => ({
  classNames: texts("texts", '["cat", "dog"]', { optional: true }),
  title: text({ optional: true }),
});

/** How averages are told from classes, and from each other. */
const AVERAGES = {
  micro: { color: INK, dash: [2, 2] },
  macro: { color: INK, dash: [8, 3] },
} as const;

/** A curve's points and the number behind its name; or why it has none. */
type Points =
  | (Pick<UnitCurve, "x" | "y"> & {
      readonly value: number | undefined;
      readonly style?: UnitCurve["style"] | undefined;
    })
  | string;

function plotCurves<Curve extends NamedCurve>(
  { subject, kind, quantity, ...layout }: CurvePicture,
  given: Curve | readonly Curve[],
  { classNames, title }: PlotCurvesOptions,
  pointsOf: (curve: Curve) => Points,
): VegaLiteSpec {
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
    const { x, y, value, style } = points;
    const label = value === undefined ? name : `${name} (${quantity} ${value.toFixed(3)})`.trim();
    return { label, x, y, ...(style && { style }) };
  });
  const classes = unit.filter(({ style }) => !style).length;
  const count = `${classes} ${classes === 1 ? "class" : "classes"}`;
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

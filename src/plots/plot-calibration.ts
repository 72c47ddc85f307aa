import { check, checkNumber, describe } from "../checks.ts";
import { checkPlotOptions } from "./check-plot-options.ts";
import type { VegaLiteSpec } from "./spec.ts";
import { checkUnitValues, unitAxis, unitSquare } from "./unit-square.ts";

/** How often predictions of a confidence were right, bin by bin. */
export interface CalibrationToPlot {
  /** Mean confidence of each bin that is not empty, in [0, 1]. */
  readonly confidence: ArrayLike<number>;
  /** Share of right predictions of each bin, in [0, 1]. */
  readonly accuracy: ArrayLike<number>;
  /** Number of predictions in each bin, above 0. */
  readonly count: ArrayLike<number>;
  /** Expected calibration error; written above the picture if given. */
  readonly error?: number;
}

/** Options of {@link plotCalibration}. */
export interface PlotCalibrationOptions {
  /** A line above the picture; by default the calibration error, if it is given. */
  readonly title?: string;
}

/**
 * A reliability diagram: accuracy against confidence. Points below the diagonal are bins in which the
 * model was too sure of itself; their areas are in proportion to the numbers of predictions.
 * @param calibration bins that are not empty, e.g. those of `calibration`.
 * @throws {ArgumentError} if arrays differ in length, are empty or hold values out of their range, or an option is
 *   unknown.
 */
export function plotCalibration(
  calibration: CalibrationToPlot,
  options: PlotCalibrationOptions = {},
): VegaLiteSpec {
  const subject = "plotCalibration";
  checkPlotOptions(subject, options, ["title"]);
  check(
    typeof calibration === "object" && calibration !== null,
    subject,
    "{ confidence, accuracy, count }",
    describe(calibration),
    "pass the bins of a calibration",
  );
  const { confidence, accuracy, count, error } = calibration;
  checkUnitValues(subject, ["confidence", "accuracy"], confidence, accuracy);
  check(
    count?.length === confidence.length,
    subject,
    `count to hold ${confidence.length} numbers, one a bin`,
    describe(count),
    "pass the number of predictions in each bin",
  );
  const values = Array.from(confidence, (x, i) => {
    checkNumber(subject, `count[${i}]`, count[i], { min: 0, exclusiveMin: true });
    return { x, y: accuracy[i], count: count[i] };
  }).sort((a, b) => a.x - b.x);
  const largest = values.reduce((max, bin) => Math.max(max, bin.count), 0);
  const { title = error === undefined ? undefined : `Calibration error ${error.toFixed(3)}` } =
    options;
  const color = "#1f77b4";
  const curve = {
    data: { values },
    encoding: { x: unitAxis("x", "Confidence"), y: unitAxis("y", "Accuracy") },
    layer: [
      { mark: { type: "line", strokeWidth: 1.5, color } },
      {
        mark: { type: "point", filled: true, color, opacity: 0.8 },
        encoding: {
          size: {
            field: "count",
            type: "quantitative",
            scale: { domain: [0, largest], range: [12, 320] },
            legend: null,
          },
        },
      },
    ],
  };
  const description = "Reliability diagram: accuracy by confidence";
  return unitSquare(description, { title, diagonal: true }, [curve], 20);
}

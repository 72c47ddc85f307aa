import { check, checkEach, checkNumber, describe, isArray, isWithin } from "../checks.ts";
import { readOptions, text } from "../options.ts";
import { colorOf } from "./side-legend.ts";
import type { VegaLiteSpec } from "./spec.ts";
import { checkUnitValues, unitAxis, unitSquare } from "./unit-square.ts";

/** How often predictions of a confidence were right, bin by bin: what `calibration` returns. */
export interface CalibrationToPlot {
  /** In any order; those without predictions are left out. */
  readonly bins: readonly CalibrationBinToPlot[];
  /** Written above the picture if given. */
  readonly expectedCalibrationError?: number;
}

/** The predictions of similar confidence. */
export interface CalibrationBinToPlot {
  /** Mean confidence in [0, 1]; NaN without predictions. */
  readonly confidence: number;
  /** Share of right predictions in [0, 1]; NaN without predictions. */
  readonly accuracy: number;
  /** Number of predictions. */
  readonly count: number;
}

/** Options of {@link plotCalibration}. */
export interface PlotCalibrationOptions {
  /** A line above the picture; by default the expected calibration error, if it is given. */
  readonly title?: string;
}

/**
 * A reliability diagram: accuracy against confidence. Points below the diagonal are bins in which the
 * model was too sure of itself; their areas are in proportion to the numbers of predictions.
 * @param calibration what `calibration` returned; bins without predictions are left out.
 * @throws {ArgumentError} if no bin has predictions, a value is out of its range, or an option is unknown.
 */
export function plotCalibration(
  calibration: CalibrationToPlot,
  options: PlotCalibrationOptions = {},
): VegaLiteSpec {
  const subject = "plotCalibration";
  const bins: unknown = calibration?.bins;
  check(
    isArray(bins),
    subject,
    "{ bins, expectedCalibrationError }",
    describe(calibration),
    "pass what calibration returned",
  );
  const counts = calibration.bins.map((bin) => bin?.count);
  const remedy = "pass what calibration returned";
  const isCount = isWithin(0, Number.MAX_VALUE);
  checkEach(subject, "the bins' counts", counts, isCount, "numbers of at least 0", remedy);
  const filled = calibration.bins.filter(({ count }) => count > 0);
  const values = filled
    .map(({ confidence: x, accuracy: y, count }) => ({ x, y, count }))
    .sort((a, b) => a.x - b.x);
  checkUnitValues(
    subject,
    ["confidence", "accuracy"],
    values.map(({ x }) => x),
    values.map(({ y }) => y),
  );
  const { expectedCalibrationError: error } = calibration;
  if (error !== undefined) {
    checkNumber(subject, "expectedCalibrationError", error, { min: 0, max: 1 });
  }
  const largest = values.reduce((max, bin) => Math.max(max, bin.count), 0);
  const sentence = error === undefined ? undefined : `Calibration error ${error.toFixed(3)}`;
  const { title = sentence } = readOptions(subject, options, { title: text({ optional: true }) });
  const color = colorOf(0);
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

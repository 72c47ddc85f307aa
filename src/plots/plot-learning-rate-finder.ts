import { check, checkEach, checkNumber, describe, isWithin } from "../checks.ts";
import { readOptions, text } from "../options.ts";
import { colorOf } from "./side-legend.ts";
import type { JsonValue, VegaLiteSpec } from "./spec.ts";
import { createSpec, FAINT, titleAbove } from "./spec.ts";

/** The losses of a short run in which the learning rate grew step by step. */
export interface LearningRateSweep {
  /** Above 0, growing. */
  readonly learningRates: ArrayLike<number>;
  /** The loss at each; values that are not finite are gaps in the curve. */
  readonly losses: ArrayLike<number>;
  /** The same, smoothed: if given, they are the curve, and the losses fine dots around it. */
  readonly smoothedLosses?: ArrayLike<number>;
  /** The learning rate to use; marked if given. */
  readonly suggestion?: number;
}

/** Options of {@link plotLearningRateFinder}. */
export interface PlotLearningRateFinderOptions {
  /** A line above the picture; none by default. */
  readonly title?: string;
}

const SUBJECT = "plotLearningRateFinder";
const WIDTH = 420;
const HEIGHT = 260;

/**
 * Loss against learning rate, the latter on a logarithmic scale: the smoothed loss as a curve, if it
 * is given, that of each batch as a dot. The picture ends a little above the first loss: where the run
 * diverges, the curve leaves it.
 * @param sweep what `findLearningRate` returned.
 * @throws {ArgumentError} if arrays differ in length or have fewer than two values, no loss is finite, a
 *   learning rate is not above 0, or an option is unknown.
 */
export function plotLearningRateFinder(
  sweep: LearningRateSweep,
  options: PlotLearningRateFinderOptions = {},
): VegaLiteSpec {
  const { title } = readOptions(SUBJECT, options, { title: text({ optional: true }) });
  check(
    sweep?.learningRates?.length >= 2 && sweep.learningRates.length === sweep.losses?.length,
    SUBJECT,
    "{ learningRates, losses } of the same length, at least 2",
    describe(sweep),
    "pass what the sweep recorded",
  );
  const { learningRates, losses, smoothedLosses, suggestion } = sweep;
  check(
    smoothedLosses === undefined || smoothedLosses?.length === losses.length,
    SUBJECT,
    `smoothedLosses to hold ${losses.length} numbers, as losses`,
    describe(smoothedLosses),
    "pass what the sweep recorded",
  );
  if (suggestion !== undefined) {
    checkNumber(SUBJECT, "suggestion", suggestion, { min: 0, exclusiveMin: true });
  }
  const isRate = isWithin(Number.MIN_VALUE, Number.MAX_VALUE);
  const remedy = "pass what the sweep recorded";
  checkEach(SUBJECT, "learningRates", learningRates, isRate, "numbers above 0", remedy);
  const finiteOnly = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const values = Array.from(learningRates, (rate, i) => ({
    rate,
    loss: finiteOnly((smoothedLosses ?? losses)[i]),
    batch: finiteOnly(losses[i]),
  }));
  const finite = values.map(({ loss }) => loss).filter((loss) => loss !== null);
  check(finite.length > 0, SUBJECT, "a finite loss", "none", "start from a smaller learning rate");
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = Math.max(low + 1.3 * (finite[0] - low), low + 1e-3);

  const x = {
    field: "rate",
    type: "quantitative",
    title: "Learning rate",
    scale: { type: "log", nice: false },
    axis: {
      format: "~e",
      grid: false,
      labelFlush: false,
      tickCount: 6,
      minExtent: 24,
      maxExtent: 24,
    },
  };
  const y = {
    field: "loss",
    type: "quantitative",
    title: "Loss",
    scale: { domain: [low - 0.05 * (high - low), high], zero: false },
    axis: { tickCount: 6, domain: false, ticks: false, minExtent: 34, maxExtent: 34 },
  };
  const curve = {
    data: { values },
    mark: { type: "line", strokeWidth: 1.5, clip: true, color: colorOf(0) },
    encoding: { x, y },
  };
  const dots = {
    data: { values },
    transform: [{ filter: "isValid(datum.batch)" }],
    mark: { type: "point", filled: true, size: 8, opacity: 1, clip: true, color: "#9ecae1" },
    encoding: { x, y: { ...y, field: "batch" } },
  };
  const curves = smoothedLosses === undefined ? [curve] : [dots, curve];
  return createSpec(
    "Loss by learning rate",
    { top: title === undefined ? 30 : 58, right: 20, bottom: 48, left: 60 },
    {
      title: titleAbove(title),
      width: WIDTH,
      height: HEIGHT,
      layer: suggestion === undefined ? curves : [...curves, ...suggestionMarks(suggestion)],
    },
  );
}

function suggestionMarks(rate: number): JsonValue[] {
  const data = { values: [{ rate }] };
  const encoding = { x: { field: "rate", type: "quantitative" } };
  const line = { type: "rule", color: FAINT, strokeDash: [4, 4], y: -4, y2: HEIGHT };
  const text = { type: "text", text: `suggested: ${rate.toPrecision(2)}`, y: -12 };
  return [
    { data, mark: line, encoding },
    { data, mark: text, encoding },
  ];
}

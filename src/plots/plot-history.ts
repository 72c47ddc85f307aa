import { check, checkOptions, describe, isListOf, isText } from "../checks.ts";
import { checkHistory } from "./check-history.ts";
import { joinPhases } from "./history-points.ts";
import type { EpochHistory, HistoryPoint, KerasHistory, PhaseHistories } from "./history-points.ts";
import type { JsonValue, VegaLiteSpec } from "./spec.ts";
import { createSpec, FAINT, fixedMark, fixedText, fixedWords } from "./spec.ts";
import { textWidth } from "./text-width.ts";

/** Options of {@link plotHistory}. */
export interface PlotHistoryOptions {
  /** Names of the two phases, above the panels; `["plain", "augmented"]` by default. */
  readonly phaseNames?: readonly [string, string];
}

const SUBJECT = "plotHistory";
const WIDTH = 350;
const HEIGHT = 240;
/** Where the panels' names and legends stand: higher where the names of phases are below them. */
const TOP = -22;
const TOP_WITH_PHASES = -42;
/** Epochs beyond which the points on the lines would run together. */
const MANY_EPOCHS = 40;
/** Both splits differ in colour, in the shape of the points and in the dashes of the line. */
const SPLITS = {
  training: { color: "#1f77b4", shape: "circle", dash: [1, 0] },
  validation: { color: "#d1600a", shape: "square", dash: [5, 3] },
} as const;
const POINT = { type: "point", filled: true, size: 34, opacity: 1 } as const;
type Split = keyof typeof SPLITS;

/**
 * Learning curves: loss and, if it was measured, accuracy by epoch, for training and, where there
 * are values, validation. With two phases the epochs are counted through, and a dashed line marks
 * where the second began. Values that are not finite are gaps in the curves.
 * @param history of one phase, or of two phases one after the other, with our names or those of Keras
 *   and TensorFlow.js. Epochs count from 0; the picture counts from 1.
 * @throws {ArgumentError} if the history has no epoch, arrays of one phase differ in length, a key is
 *   none of those that the picture knows, or an option is unknown.
 */
export function plotHistory(
  history: EpochHistory | KerasHistory | PhaseHistories,
  options: PlotHistoryOptions = {},
): VegaLiteSpec {
  checkOptions(SUBJECT, options, ["phaseNames"]);
  const { phaseNames = ["plain", "augmented"] } = options;
  check(
    isListOf(phaseNames, isText) && phaseNames.length === 2,
    SUBJECT,
    "phaseNames to be two names",
    describe(phaseNames),
    'pass e.g. ["plain", "augmented"]',
  );
  const phases = checkHistory(SUBJECT, history);
  const { points, boundary } = joinPhases(phases);
  const isMeasured = ({ split, loss, accuracy }: HistoryPoint): boolean =>
    split === "validation" && (loss !== null || accuracy !== null);
  const splits: Split[] = points.some(isMeasured) ? ["training", "validation"] : ["training"];
  const epochs = points.map(({ epoch }) => epoch);
  const hasAccuracy = points.some(({ accuracy }) => accuracy !== null);
  const metrics = hasAccuracy ? (["loss", "accuracy"] as const) : (["loss"] as const);
  const layout: PanelLayout = {
    splits,
    withPoints: new Set(epochs).size <= MANY_EPOCHS,
    x: epochAxis(Math.min(...epochs), Math.max(...epochs)),
    top: boundary === undefined ? TOP : TOP_WITH_PHASES,
    phases: boundary === undefined ? [] : phaseMarks(boundary, phaseNames),
  };
  return createSpec(
    `${hasAccuracy ? "Loss and accuracy" : "Loss"} by epoch, ${splits.join(" and ")}`,
    { top: 12, right: 16, bottom: 12, left: 12 },
    {
      // Views side by side have no size of their own to pad; what sticks out of them has a known one.
      autosize: "pad",
      spacing: 62,
      bounds: "flush",
      hconcat: metrics.map((metric) => panel(metric, points, layout)),
    },
  );
}

/** What both panels share. */
interface PanelLayout {
  readonly splits: readonly Split[];
  readonly withPoints: boolean;
  readonly x: JsonValue;
  readonly top: number;
  readonly phases: readonly JsonValue[];
}

/** One metric's curves, its name above them on the left, the legend on the right. */
function panel(
  metric: "loss" | "accuracy",
  points: readonly HistoryPoint[],
  { splits, withPoints, x, top, phases }: PanelLayout,
): JsonValue {
  const alone = aloneIn(points, metric);
  const values = points.map((point) => ({
    epoch: point.epoch,
    split: point.split,
    value: point[metric],
    point: point[metric] !== null && (withPoints || alone.has(point)),
  }));
  const styled = (key: "color" | "shape" | "dash"): JsonValue => ({
    field: "split",
    type: "nominal",
    scale: { domain: splits, range: splits.map((split) => SPLITS[split][key]) },
    legend: null,
  });
  const curves: JsonValue[] = [
    {
      mark: { type: "line", strokeWidth: 2 },
      encoding: { color: styled("color"), strokeDash: styled("dash") },
    },
  ];
  if (values.some(({ point }) => point)) {
    curves.push({
      transform: [{ filter: "datum.point" }],
      mark: POINT,
      encoding: { color: styled("color"), shape: styled("shape") },
    });
  }
  const y = {
    field: "value",
    type: "quantitative",
    scale: { domain: valueDomain(values.map(({ value }) => value)), nice: true, zero: false },
    axis: {
      title: null,
      domain: false,
      ticks: false,
      labelPadding: 6,
      tickCount: 6,
      ...extent(36),
    },
  };
  const name = metric === "loss" ? "Loss" : "Accuracy";
  return {
    width: WIDTH,
    height: HEIGHT,
    layer: [
      ...phases,
      { data: { values }, encoding: { x, y }, layer: curves },
      fixedText(name, 0, top, { fontSize: 14, align: "left" }),
      ...legend(splits, top, withPoints),
    ],
  };
}

/** The points between two gaps: no line leads there, so that only their marks show them. */
function aloneIn(points: readonly HistoryPoint[], metric: "loss" | "accuracy"): Set<HistoryPoint> {
  const isGap = (point: HistoryPoint | undefined): boolean => (point?.[metric] ?? null) === null;
  return new Set(
    (["training", "validation"] as const).flatMap((split) => {
      const curve = points.filter((point) => point.split === split);
      return curve.filter((_, i) => isGap(curve[i - 1]) && isGap(curve[i + 1]));
    }),
  );
}

/** The splits' names, each behind a piece of its line, right-aligned above the panel. */
function legend(splits: readonly Split[], y: number, withPoints: boolean): JsonValue[] {
  let right = WIDTH;
  return [...splits].reverse().flatMap((split) => {
    const { color, shape, dash } = SPLITS[split];
    const x = right - textWidth(split, 12) - 30;
    const marks = [
      fixedMark({ type: "rule", color, strokeWidth: 2, strokeDash: dash }, { x, x2: x + 24, y }),
      fixedText(split, right, y, { align: "right" }),
    ];
    if (withPoints) marks.push(fixedMark({ ...POINT, color, shape }, { x: x + 12, y }));
    right = x - 16;
    return marks;
  });
}

/** A dashed line between the phases, their names above it on either side. */
function phaseMarks(boundary: number, [before, after]: readonly [string, string]): JsonValue[] {
  const data = { values: [{ boundary }] };
  const x = { field: "boundary", type: "quantitative" };
  const name = (text: string, align: string, dx: number): JsonValue => ({
    data,
    mark: { type: "text", text: fixedWords(text), align, dx, y: -13, fontSize: 11, color: FAINT },
    encoding: { x },
  });
  return [
    {
      data,
      mark: { type: "rule", color: FAINT, strokeDash: [4, 4], y: -20, y2: HEIGHT },
      encoding: { x },
    },
    name(before, "right", -6),
    name(after, "left", 6),
  ];
}

/** Whole epochs only, at most ten of them labelled, half an epoch of room at both ends. */
function epochAxis(first: number, last: number): JsonValue {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((s) => (last - first) / s <= 9) ?? 1000;
  const ticks = [];
  for (let tick = Math.ceil(first / step) * step; tick <= last; tick += step) ticks.push(tick);
  if (step > 2 && ticks[0] !== first) ticks.unshift(first);
  return {
    field: "epoch",
    type: "quantitative",
    title: "Epoch",
    scale: { domain: [first - 0.5, last + 0.5], nice: false, zero: false },
    axis: {
      values: ticks,
      format: "d",
      grid: false,
      labelOverlap: false,
      labelFlush: true,
      ...extent(24),
    },
  };
}

/** Room for an axis's labels, so that its title stands at a known place. */
function extent(size: number): { minExtent: number; maxExtent: number } {
  return { minExtent: size, maxExtent: size };
}

/** Smallest and largest finite value, with room where they are one. */
function valueDomain(values: readonly (number | null)[]): [number, number] {
  const finite = values.filter((value) => value !== null);
  if (finite.length === 0) return [0, 1];
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const room = high - low < 1e-6 ? 0.05 : 0;
  return [low - room, high + room];
}

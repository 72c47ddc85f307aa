import type { HistoryCurve } from "./history-curves.ts";
import { DASHED, SOLID } from "./side-legend.ts";
import { FAINT, fixedMark, fixedText, fixedWords, type JsonValue } from "./spec.ts";
import { textWidth } from "./text-width.ts";

export type Metric = "loss" | "accuracy";
type Split = HistoryCurve["split"];

/** A curve as it looks. */
export interface RunCurve extends HistoryCurve {
  /** Which of the runs. */
  readonly run: number;
  readonly color: string;
}

/** What all panels of a picture have. */
interface PanelLayout {
  /** What the legend above names. */
  readonly splits: readonly { readonly name: Split; readonly color: string }[];
  /** Where phases meet, and the names of the two. */
  readonly phases: readonly { readonly at: number; readonly names: readonly string[] }[];
}

const WIDTH = 350;
const HEIGHT = 240;
/** Where the name and the legend stand: higher where the names of phases are below them. */
const TOP = -22;
const TOP_WITH_PHASES = -42;
/** Points beyond which those on the lines would run together. */
const MANY_POINTS = 40;
const POINT = { type: "point", filled: true, size: 34, opacity: 1 } as const;
/** The splits differ in the shape of the points and in the dashes of the line, too. */
const STYLES = {
  training: { shape: "circle", dash: SOLID },
  validation: { shape: "square", dash: DASHED },
} as const;

/** One metric's curves, its name above them on the left, the legend on the right. */
export function historyPanel(
  metric: Metric,
  curves: readonly RunCurve[],
  { splits, phases }: PanelLayout,
): JsonValue {
  const epochs = [...new Set(curves.flatMap((curve) => curve.epochs))];
  const withPoints = epochs.length <= MANY_POINTS;
  const rows = curves.flatMap((curve) => {
    const { run, split, color } = curve;
    const values = curve[metric];
    const band = curve.bands?.[metric];
    const isGap = (i: number): boolean => (values[i] ?? null) === null;
    return values.map((value, i) => ({
      run,
      split,
      color,
      value,
      epoch: curve.epochs[i],
      ...(band && { low: band.low[i], high: band.high[i] }),
      // No line leads to a point between two gaps, so that only its mark shows it.
      point: !isGap(i) && (withPoints || (isGap(i - 1) && isGap(i + 1))),
    }));
  });
  const styled = (key: "shape" | "dash"): JsonValue => ({
    field: "split",
    type: "nominal",
    scale: {
      domain: splits.map(({ name }) => name),
      range: splits.map(({ name }) => STYLES[name][key]),
    },
    legend: null,
  });
  const color = { field: "color", type: "nominal", scale: null };
  const lines: JsonValue = {
    mark: { type: "line", strokeWidth: 2 },
    encoding: { color, strokeDash: styled("dash"), detail: { field: "run", type: "nominal" } },
  };
  const y = {
    field: "value",
    type: "quantitative",
    scale: {
      domain: valueDomain(rows.flatMap(({ value, low = null, high = null }) => [value, low, high])),
      nice: true,
      zero: false,
    },
    axis: {
      title: null,
      domain: false,
      ticks: false,
      labelPadding: 6,
      tickCount: 6,
      ...extent(36),
    },
  };
  const bands: JsonValue = {
    mark: { type: "area", opacity: 0.18 },
    encoding: {
      y: { ...y, field: "low" },
      y2: { field: "high" },
      color,
      detail: [
        { field: "run", type: "nominal" },
        { field: "split", type: "nominal" },
      ],
    },
  };
  const points: JsonValue = {
    transform: [{ filter: "datum.point" }],
    mark: POINT,
    encoding: { color, shape: styled("shape") },
  };
  const hasBands = curves.some((curve) => curve.bands);
  const top = phases.length === 0 ? TOP : TOP_WITH_PHASES;
  const title = metric === "loss" ? "Loss" : "Accuracy";
  return {
    width: WIDTH,
    height: HEIGHT,
    layer: [
      ...phases.flatMap(phaseMarks),
      {
        data: { values: rows },
        encoding: { x: epochAxis(Math.min(...epochs), Math.max(...epochs)), y },
        layer: [
          ...(hasBands ? [bands] : []),
          lines,
          ...(rows.some(({ point }) => point) ? [points] : []),
        ],
      },
      fixedText(title, 0, top, { fontSize: 14, align: "left" }),
      ...legend(splits, top, withPoints),
    ],
  };
}

/** The splits' names, each behind a piece of its line, right-aligned above the panel. */
function legend(splits: PanelLayout["splits"], y: number, withPoints: boolean): JsonValue[] {
  let right = WIDTH;
  return [...splits].reverse().flatMap(({ name, color }) => {
    const { shape, dash } = STYLES[name];
    const x = right - textWidth(name, 12) - 30;
    const marks = [
      fixedMark({ type: "rule", color, strokeWidth: 2, strokeDash: dash }, { x, x2: x + 24, y }),
      fixedText(name, right, y, { align: "right" }),
    ];
    if (withPoints) marks.push(fixedMark({ ...POINT, color, shape }, { x: x + 12, y }));
    right = x - 16;
    return marks;
  });
}

/** A dashed line between two phases, their names above it on either side. */
function phaseMarks(
  { at, names: [before = "", after = ""] }: PanelLayout["phases"][number],
  i: number,
): JsonValue[] {
  const data = { values: [{ at }] };
  const encoding = { x: { field: "at", type: "quantitative" } };
  const name = (text: string, align: string, dx: number): JsonValue => ({
    data,
    mark: { type: "text", text: fixedWords(text), align, dx, y: -13, fontSize: 11, color: FAINT },
    encoding,
  });
  const line = { type: "rule", color: FAINT, strokeDash: [4, 4], y: -20, y2: HEIGHT };
  // Each name stands once: behind the beginning of its phase, that of the first before its end.
  const names =
    i === 0 ? [name(before, "right", -6), name(after, "left", 6)] : [name(after, "left", 6)];
  return [{ data, mark: line, encoding }, ...names];
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
const extent = (size: number): Record<string, number> => ({ minExtent: size, maxExtent: size });

/** Smallest and largest value, with room where they are one. */
function valueDomain(values: readonly (number | null)[]): [number, number] {
  const finite = values.filter((value) => value !== null);
  if (finite.length === 0) return [0, 1];
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const room = high - low < 1e-6 ? 0.05 : 0;
  return [low - room, high + room];
}

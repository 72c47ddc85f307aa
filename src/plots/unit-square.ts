import { check, checkEach, describe, isWithin } from "../checks.ts";
import type { JsonValue, VegaLiteSpec } from "./spec.ts";
import { colorOf, COLORS, DASHED, sideLegend, SOLID } from "./side-legend.ts";
import { createSpec, FAINT, fixedMark, titleAbove } from "./spec.ts";

/** Side of the square in pixels. */
export const SIDE = 320;
/** Most curves that can be told apart. */
export const MAX_CURVES = 20;
/** A curve in the square from (0, 0) to (1, 1). */
export interface UnitCurve {
  /** Its line in the legend; none if empty. */
  readonly label: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** How an average of other curves is drawn; default a colour of its own, as a fine line. */
  readonly style?: { readonly color: string; readonly dash: readonly number[] };
}

/** What a picture of a unit square says beside its curves. */
export interface UnitSquareLayout {
  readonly xTitle: string;
  readonly yTitle: string;
  readonly title: string | undefined;
  /** Whether to draw the line from (0, 0) to (1, 1). */
  readonly diagonal: boolean;
  /** How points are joined; Vega's names. */
  readonly interpolate: "linear" | "step-after";
  /** Side of the corner at (0, 1) that is shown again beside it, enlarged; `undefined` for none. */
  readonly zoom?: number | undefined;
}

/** From where to where an axis goes. */
type Range = readonly [number, number];
const UNIT: Range = [0, 1];

/** Curves in a unit square, their labels in a legend on the right. */
export function plotUnitCurves(
  description: string,
  curves: readonly UnitCurve[],
  layout: UnitSquareLayout,
): VegaLiteSpec {
  const { zoom } = layout;
  let colors = 0;
  const styles = curves.map(({ style }) => {
    const i = style ? 0 : colors++;
    return { color: colorOf(i), dash: dashOf(i), width: style ? 2.5 : 1.5, ...style };
  });
  const lines = (x: Range, y: Range): JsonValue => linesOf(curves, styles, layout, x, y);
  const legend = (x: number, style = {}): ReturnType<typeof sideLegend> =>
    sideLegend(
      // What has no points in the square has no line beside its name.
      curves.map(({ label, x }, i) => ({
        label,
        color: styles[i].color,
        dash: x.length === 0 ? undefined : styles[i].dash,
      })),
      x,
      style,
    );
  if (zoom === undefined) {
    const { marks, width, height } = legend(SIDE + 50);
    const right = width === 0 ? 20 : width + 62;
    const extraBottom = Math.max(0, height - SIDE - 40);
    return unitSquare(description, layout, [lines(UNIT, UNIT), ...marks], right, extraBottom);
  }
  const view = { width: SIDE, height: SIDE };
  const { marks, width, height } = legend(0, { clip: true });
  const frame = { type: "rect", stroke: FAINT, fill: null };
  const corner = fixedMark(frame, { x: 0, x2: zoom * SIDE, y: 0, y2: zoom * SIDE });
  return createSpec(
    description,
    { top: 12, right: 16, bottom: 12, left: 12 },
    {
      title: titleAbove(layout.title),
      // Views side by side have no size of their own to pad.
      autosize: "pad",
      spacing: GAP,
      bounds: "flush",
      hconcat: [
        { ...view, layer: [...diagonalOf(layout), lines(UNIT, UNIT), corner] },
        { ...view, layer: [lines([0, zoom], [1 - zoom, 1]), fixedMark(frame, WHOLE)] },
        ...(width === 0 ? [] : [{ width, height, layer: marks }]),
      ],
    },
  );
}

/** Between the square, its enlarged corner and the legend: room for the labels of an axis, and for lines. */
const GAP = 62;
const WHOLE = { x: 0, x2: SIDE, y: 0, y2: SIDE };

interface CurveStyle {
  readonly color: string;
  readonly dash: readonly number[];
  readonly width: number;
}

/** The curves as far as they are in these ranges. */
function linesOf(
  curves: readonly UnitCurve[],
  styles: readonly CurveStyle[],
  { xTitle, yTitle, interpolate }: UnitSquareLayout,
  xRange: Range,
  yRange: Range,
): JsonValue {
  const scale = SIDE / (xRange[1] - xRange[0]);
  const values = curves.flatMap((curve, number) =>
    thinned(curve, scale).map((i) => ({
      ...{ number, width: styles[number].width, x: curve.x[i], y: curve.y[i] },
    })),
  );
  const styled = (key: "color" | "dash"): JsonValue => ({
    field: "number",
    type: "nominal",
    scale: { domain: curves.map((_, i) => i), range: styles.map((style) => style[key]) },
    legend: null,
  });
  const isWhole = xRange === UNIT;
  return {
    data: { values },
    mark: { type: "line", interpolate, ...(!isWhole && { clip: true }) },
    encoding: {
      x: unitAxis("x", xTitle, xRange),
      y: unitAxis("y", isWhole ? yTitle : "", yRange),
      color: styled("color"),
      strokeDash: styled("dash"),
      strokeWidth: { field: "width", type: "quantitative", scale: null },
      order: null,
    },
  };
}

/** A square view with both axes from 0 to 1. */
export function unitSquare(
  description: string,
  layout: Pick<UnitSquareLayout, "title" | "diagonal">,
  layers: readonly JsonValue[],
  right: number,
  extraBottom = 0,
): VegaLiteSpec {
  const { title } = layout;
  return createSpec(
    description,
    { top: title === undefined ? 14 : 42, right, bottom: 48 + extraBottom, left: 56 },
    {
      title: titleAbove(title),
      width: SIDE,
      height: SIDE,
      layer: [...diagonalOf(layout), ...layers],
    },
  );
}

/** The line from (0, 0) to (1, 1), if it is wanted. */
function diagonalOf({ diagonal }: Pick<UnitSquareLayout, "diagonal">): JsonValue[] {
  const mark = { type: "rule", color: FAINT, strokeDash: [4, 4] };
  return diagonal ? [fixedMark(mark, { x: 0, x2: SIDE, y: SIDE, y2: 0 })] : [];
}

/** An encoding from 0 to 1, or over a part of that. */
export function unitAxis(field: "x" | "y", title: string, domain = UNIT): JsonValue {
  return {
    field,
    type: "quantitative",
    title,
    scale: { domain, nice: false },
    axis: {
      format: domain[1] - domain[0] < 0.5 ? ".2f" : ".1f",
      tickCount: 6,
      labelFlush: false,
      minExtent: 26,
      maxExtent: 26,
      titlePadding: 6,
    },
  };
}

/** Throws unless two arrays have the same length, at least one value, and only values in [0, 1]. */
export function checkUnitValues(
  subject: string,
  names: readonly [string, string],
  x: ArrayLike<number>,
  y: ArrayLike<number>,
): void {
  check(
    x?.length > 0 && x.length === y?.length,
    subject,
    `${names[0]} and ${names[1]} of the same length, at least 1`,
    `${describe(x)} and ${describe(y)}`,
    "pass one curve's values in both",
  );
  checkEach(subject, names[0], x, isWithin(0, 1), "numbers in [0, 1]", "pass rates");
  checkEach(subject, names[1], y, isWithin(0, 1), "numbers in [0, 1]", "pass rates");
}

/** Ten colours, twice: the second time with dashed lines. */
const dashOf = (i: number): readonly number[] => (i < COLORS.length ? SOLID : DASHED);

/**
 * Indices of the points that matter: the ends, and those half a pixel or more from the one before.
 * @param scale pixels from 0 to 1.
 */
function thinned({ x, y }: UnitCurve, scale: number): number[] {
  if (x.length === 0) return [];
  const kept = [0];
  let last = 0;
  for (let i = 1; i < x.length; i++) {
    const moved = Math.max(Math.abs(x[i] - x[last]), Math.abs(y[i] - y[last])) * scale;
    if (moved >= 0.5 || i === x.length - 1) {
      kept.push(i);
      last = i;
    }
  }
  return kept;
}

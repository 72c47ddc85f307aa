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
}

/** Curves in a unit square, their labels in a legend on the right. */
export function plotUnitCurves(
  description: string,
  curves: readonly UnitCurve[],
  layout: UnitSquareLayout,
): VegaLiteSpec {
  const values = curves.flatMap((curve, number) => {
    return thinned(curve).map((i) => ({ number, x: curve.x[i], y: curve.y[i] }));
  });
  const styled = (range: JsonValue): JsonValue => ({
    field: "number",
    type: "nominal",
    scale: { domain: curves.map((_, i) => i), range },
    legend: null,
  });
  const lines = {
    data: { values },
    mark: { type: "line", strokeWidth: 1.5, interpolate: layout.interpolate },
    encoding: {
      x: unitAxis("x", layout.xTitle),
      y: unitAxis("y", layout.yTitle),
      color: styled(curves.map((_, i) => colorOf(i))),
      strokeDash: styled(curves.map((_, i) => dashOf(i))),
      order: null,
    },
  };
  const legend = sideLegend(
    // What has no points in the square has no line beside its name.
    curves.map(({ label, x }, i) => ({
      label,
      color: colorOf(i),
      dash: x.length === 0 ? undefined : dashOf(i),
    })),
    SIDE + 50,
  );
  const right = legend.width === 0 ? 20 : legend.width + 62;
  const extraBottom = Math.max(0, legend.height - SIDE - 40);
  return unitSquare(description, layout, [lines, ...legend.marks], right, extraBottom);
}

/** A square view with both axes from 0 to 1. */
export function unitSquare(
  description: string,
  { title, diagonal }: Pick<UnitSquareLayout, "title" | "diagonal">,
  layers: readonly JsonValue[],
  right: number,
  extraBottom = 0,
): VegaLiteSpec {
  const reference = fixedMark(
    { type: "rule", color: FAINT, strokeDash: [4, 4] },
    { x: 0, x2: SIDE, y: SIDE, y2: 0 },
  );
  return createSpec(
    description,
    { top: title === undefined ? 14 : 42, right, bottom: 48 + extraBottom, left: 56 },
    {
      title: titleAbove(title),
      width: SIDE,
      height: SIDE,
      layer: diagonal ? [reference, ...layers] : layers,
    },
  );
}

/** An encoding from 0 to 1. */
export function unitAxis(field: "x" | "y", title: string): JsonValue {
  return {
    field,
    type: "quantitative",
    title,
    scale: { domain: [0, 1], nice: false },
    axis: {
      format: ".1f",
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

/** Indices of the points that matter: the ends, and those half a pixel or more from the one before. */
function thinned({ x, y }: UnitCurve): number[] {
  if (x.length === 0) return [];
  const kept = [0];
  let last = 0;
  for (let i = 1; i < x.length; i++) {
    const moved = Math.max(Math.abs(x[i] - x[last]), Math.abs(y[i] - y[last])) * SIDE;
    if (moved >= 0.5 || i === x.length - 1) {
      kept.push(i);
      last = i;
    }
  }
  return kept;
}

import { fixedMark, fixedText, type JsonValue } from "./spec.ts";
import { widest } from "./text-width.ts";

/** Colours that can be told apart. */
export const COLORS =
  /* @__PURE__ */ "#1f77b4 #d1600a #2ca02c #d62728 #9467bd #8c564b #e377c2 #7f7f7f #a8a913 #17becf".split(
    " ",
  );

export const colorOf = (i: number): string => COLORS[i % COLORS.length];

/** Patterns of lines, as Vega has them. */
export const SOLID = [1, 0];
export const DASHED = [5, 3];

const LINE_HEIGHT = 18;

/** A line of a legend. */
interface LegendEntry {
  /** Empty: a place is left free. */
  readonly label: string;
  readonly color: string;
  /** Without it there is no line beside the name. */
  readonly dash: readonly number[] | undefined;
}

/**
 * Names below each other, each behind a piece of its line.
 * @param x where the names begin, in pixels of the view.
 * @param style of the names.
 */
export function sideLegend(
  entries: readonly LegendEntry[],
  x: number,
  style: Readonly<Record<string, JsonValue>> = {},
): { marks: JsonValue[]; width: number; height: number } {
  const marks = entries.flatMap(({ label, color, dash }, i) => {
    if (label === "") return [];
    const y = 8 + i * LINE_HEIGHT;
    const text = fixedText(label, x, y, { align: "left", ...style });
    if (!dash) return [text];
    const line = { type: "rule", color, strokeWidth: 2, strokeDash: dash };
    return [fixedMark(line, { x: x - 32, x2: x - 8, y }), text];
  });
  const labels = entries.map(({ label }) => label);
  return { marks, width: Math.ceil(widest(labels, 12)), height: entries.length * LINE_HEIGHT };
}

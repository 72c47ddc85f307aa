import { check, describe, isListOf, isObject } from "../checks.ts";
import { readOptions, text } from "../options.ts";
import { colorOf } from "./side-legend.ts";
import { createSpec, fixedMark, fixedText, titleAbove, type VegaLiteSpec } from "./spec.ts";
import { ellipsize, widest } from "./text-width.ts";

/** How much a parameter decides: what `parameterImportance` gives for each. */
export interface ImportanceToPlot {
  /** The parameter's. */
  readonly name: string;
  /** In [0, 1]. */
  readonly importance: number;
}

/** Options of {@link plotImportance}. */
export interface PlotImportanceOptions {
  /** A line above the picture; none by default. */
  readonly title?: string;
}

const SUBJECT = "plotImportance";
const WIDTH = 320;
const ROW = 28;

/**
 * The importance of the parameters of a study as bars from 0 to 1, in the order in which they are given.
 * @param importances what `parameterImportance` returned; at least one.
 * @throws {ArgumentError} if there is none, one is out of its range, or an option is unknown.
 * @example
 * await writePng("importance.png", plotImportance(parameterImportance(study)));
 */
export function plotImportance(
  importances: readonly ImportanceToPlot[],
  options: PlotImportanceOptions = {},
): VegaLiteSpec {
  const { title } = readOptions(SUBJECT, options, { title: text({ optional: true }) });
  check(
    isListOf(importances, isImportance) && importances.length > 0,
    SUBJECT,
    "a list of { name, importance } with importances in [0, 1]",
    describe(importances),
    "pass what parameterImportance returned",
  );
  const names = importances.map(({ name }) => ellipsize(name, 12, 160));
  const layer = importances.flatMap(({ importance }, i) => {
    const y = (i + 0.5) * ROW;
    const width = importance * WIDTH;
    return [
      fixedText(names[i], -10, y, { align: "right" }),
      fixedMark({ type: "rule", color: colorOf(0), strokeWidth: 16 }, { x: 0, x2: width, y }),
      fixedText(importance.toFixed(2), width + 6, y, { align: "left", fontSize: 11 }),
    ];
  });
  return createSpec(
    `Importance of ${importances.length} parameters`,
    {
      top: title === undefined ? 10 : 40,
      right: 48,
      bottom: 10,
      left: Math.ceil(widest(names, 12)) + 24,
    },
    { title: titleAbove(title), width: WIDTH, height: ROW * importances.length, layer },
  );
}

function isImportance(value: unknown): value is ImportanceToPlot {
  if (!isObject(value)) return false;
  const { name, importance } = value as Partial<ImportanceToPlot>;
  return (
    typeof name === "string" && typeof importance === "number" && importance >= 0 && importance <= 1
  );
}

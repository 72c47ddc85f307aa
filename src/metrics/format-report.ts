import { formatFixed, formatFloat } from "../text/format-number.ts";
import { printable } from "../text/printable.ts";

/** One row of numbers. */
export interface ReportScores {
  /** tp / predicted, 0 to 1. */
  readonly precision: number;
  /** tp / true, 0 to 1. */
  readonly recall: number;
  /** 2 tp / (predicted + true), 0 to 1. */
  readonly f1Score: number;
  /** Number (or weight) of true samples. */
  readonly support: number;
}

/** A row of the text: a name and its numbers. */
type Row = ReportScores & { readonly name: string };

/** How the text shows the numbers. */
interface ReportLayout {
  readonly digits: number;
  readonly countsAreFloats: boolean;
}

/**
 * The text of a report as scikit-learn lays it out: a head, the classes, the averages, with blank
 * lines between. Names and numbers are right-aligned; numbers take 9 places, or more if need be.
 */
export function formatReport(
  classes: readonly Row[],
  averages: readonly Row[],
  { digits, countsAreFloats }: ReportLayout,
): string {
  const width = Math.max(
    "weighted avg".length,
    digits,
    ...classes.map(({ name }) => size(printable(name))),
  );
  const line = (name: string, cells: readonly string[]): string =>
    `${padLeft(printable(name), width)} ${cells.map((cell) => ` ${padLeft(cell, 9)}`).join("")}\n`;
  const formatCount = (count: number): string =>
    countsAreFloats ? formatFloat(count) : String(count);
  // Only the average of that name has one score; a class may be called "accuracy", too.
  const scoreLine = (
    { name, precision, recall, f1Score, support }: Row,
    isAccuracy: boolean,
  ): string =>
    line(name, [
      isAccuracy ? "" : formatFixed(precision, digits),
      isAccuracy ? "" : formatFixed(recall, digits),
      formatFixed(f1Score, digits),
      formatCount(support),
    ]);
  return [
    line("", ["precision", "recall", "f1-score", "support"]),
    "\n",
    ...classes.map((row) => scoreLine(row, false)),
    "\n",
    ...averages.map((row) => scoreLine(row, row.name === "accuracy")),
  ].join("");
}

function padLeft(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - size(text))) + text;
}

/** Length in code points, as Python counts. */
function size(text: string): number {
  return Array.from(text).length;
}

import { isListOf } from "../../checks.ts";
import { printable } from "../../text/printable.ts";
import type { JsonValue } from "../../text/json.ts";
import { shortNumber, shortValue } from "./short-value.ts";

/** A trial as far as a table shows it. */
interface Row {
  readonly number: number;
  readonly state: string;
  readonly params: unknown;
  readonly value: number | undefined;
  readonly reports: readonly { readonly epochs: number }[];
}

/** The trials as a table: first those that are ranked, then the others by their numbers. */
export function formatStudy(trials: readonly Row[], ranked: readonly Row[]): string {
  const rows = [...ranked, ...trials.filter(({ state }) => state !== "complete")];
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params as object)))];
  const cells = rows.map((row) => {
    const params = new Map(Object.entries(row.params as Record<string, JsonValue>));
    return [
      String(row.number),
      row.state,
      row.value === undefined ? "" : shortNumber(row.value),
      String(row.reports.at(-1)?.epochs ?? ""),
      ...names.map((name) => (params.has(name) ? shortValue(params.get(name)!) : "")),
    ].map(printable);
  });
  return table([["trial", "state", "value", "epochs", ...names.map(printable)], ...cells]);
}

/** Columns as wide as they need be; numbers stand on the right, as their heads do. */
function table(rows: readonly (readonly string[])[]): string {
  const columns = rows[0].map((_, i) => rows.map((row) => row[i]));
  const padded = columns.map((column) => {
    const width = Math.max(...column.map((cell) => cell.length));
    const isRight = isListOf(column.slice(1), isNumeral);
    return column.map((cell) => (isRight ? cell.padStart(width) : cell.padEnd(width)));
  });
  return rows
    .map(
      (_, i) =>
        `${padded
          .map((column) => column[i])
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

const isNumeral = (cell: unknown): cell is string => cell === "" || !Number.isNaN(Number(cell));

import { printable } from "../../text/printable.ts";
import { table } from "../../text/table.ts";
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

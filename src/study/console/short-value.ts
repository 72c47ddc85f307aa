/** Values in as few characters as say enough. */
import type { JsonValue } from "../../text/json.ts";

/** A number with four digits; whole ones with all. */
export function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

/** A parameter's value. */
export function shortValue(value: JsonValue): string {
  if (typeof value === "number") return shortNumber(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

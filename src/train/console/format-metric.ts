import { formatExponent, formatFixed } from "../../text/format-number.ts";

/** A value by its name, as a progress line shows it. */
export type NamedValue = readonly [name: string, value: number];

/** ` - loss: 1.2825 - accuracy: 0.5567`; values of at most 0.001 in size in scientific notation. */
export function formatMetrics(values: readonly NamedValue[]): string {
  return values
    .map(([name, value]) => ` - ${name}: ${formatValue(value, Math.abs(value))}`)
    .join("");
}

/** The same for a line that stands for an epoch, where Keras writes all negative values so. */
export function formatEpochMetrics(values: readonly NamedValue[]): string {
  return values.map(([name, value]) => ` - ${name}: ${formatValue(value, value)}`).join("");
}

function formatValue(value: number, size: number): string {
  return size > 1e-3 ? formatFixed(value, 4) : formatExponent(value, 4);
}

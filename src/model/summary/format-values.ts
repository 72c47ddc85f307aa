import type { LayerFacts } from "./describe-model.ts";

/** `2,397,226`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `(None, 32, 32, 3)`, or a list of such for several outputs, in Python's notation. */
export function formatShape(shape: LayerFacts["outputShape"]): string {
  if (shape === undefined) return "multiple";
  if (isList(shape)) return `[${shape.map(formatShape).join(", ")}]`;
  const sizes = shape.map((size) => size ?? "None").join(", ");
  return shape.length === 1 ? `(${sizes},)` : `(${sizes})`;
}

function isList(
  shape: NonNullable<LayerFacts["outputShape"]>,
): shape is readonly (number | null)[][] {
  return Array.isArray(shape[0]);
}

import type { LayerFacts } from "./describe-model.ts";

/** `2,397,226`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * `(None, 32, 32, 3)`, or a list of such for several outputs. Keras 2 writes a tuple of one as Python
 * does, with a comma, Keras 3 without.
 */
export function formatShape(shape: LayerFacts["outputShape"], style: "keras2" | "keras3"): string {
  if (shape === undefined) return "multiple";
  if (isList(shape)) return `[${shape.map((one) => formatShape(one, style)).join(", ")}]`;
  const sizes = shape.map((size) => size ?? "None").join(", ");
  return style === "keras2" && shape.length === 1 ? `(${sizes},)` : `(${sizes})`;
}

function isList(
  shape: NonNullable<LayerFacts["outputShape"]>,
): shape is readonly (number | null)[][] {
  return Array.isArray(shape[0]);
}

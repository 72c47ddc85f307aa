import { describe } from "../../checks.ts";
import { damaged, nullable, type Reader, text } from "../checkpoint/header-shape.ts";

/**
 * A number as a callback's state holds it: as text, because JSON knows neither NaN nor infinity, and
 * because the shortest decimal gives every double back; or none.
 */
export type SavedNumber = string | null;

export function saveNumber(value: number | undefined): SavedNumber {
  return value === undefined ? null : String(value);
}

export function loadNumber(saved: SavedNumber): number | undefined {
  return saved === null ? undefined : Number(saved);
}

/** Checks one out of a checkpoint. */
export const savedNumber: Reader<SavedNumber> = /* @__PURE__ */ nullable((value, path) => {
  const number = text(value, path);
  if (String(Number(number)) === number) return number;
  throw damaged(`${path} to be a number as text`, describe(value));
});

/**
 * A number as a callback's state holds it: as text, because JSON knows neither NaN nor infinity, and
 * because the shortest decimal gives every double back.
 */
export type SavedNumber = string | null;

export function saveNumber(value: number | undefined): SavedNumber {
  return value === undefined ? null : String(value);
}

export function loadNumber(saved: SavedNumber): number | undefined {
  return saved === null ? undefined : Number(saved);
}

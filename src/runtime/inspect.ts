/**
 * The method that Node's `console.log` calls for an object's text; what it would write by itself is a
 * flood of pixels, or nothing at all. A registered symbol, so that no module of Node is needed.
 */
export const INSPECT: symbol = /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom");

/**
 * Plain data that Node's console shows with four digits of every fraction and all values of every list.
 * The method that sees to it is not enumerable: JSON, copies and comparisons know nothing of it.
 */
export function shownRounded<T extends object>(data: T): T {
  const value = (
    _: number,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ) => inspect(rounded(data), { ...options, maxArrayLength: Infinity });
  return Object.defineProperty(data, INSPECT, { value });
}

function rounded(value: unknown): unknown {
  if (typeof value === "number") {
    return Number.isInteger(value) ? value : Number(value.toPrecision(4));
  }
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, rounded(part)]));
}

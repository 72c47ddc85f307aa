/**
 * The method that Node's `console.log` calls for an object's text; what it would write by itself is a
 * flood of pixels, or nothing at all. A registered symbol, so that no module of Node is needed.
 */
export const INSPECT: symbol = /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom");

/** Node's `util.inspect`, as it comes to a method at {@link INSPECT}. */
export type Show = (value: unknown, options: object) => string;

/**
 * An object that Node's console shows by a text. The method that gives it is not enumerable: JSON, copies
 * and comparisons know nothing of it.
 */
export function shown<T extends object>(
  value: T,
  textOf: (options: object, show: Show) => string,
): T {
  const method = (_: number, options: object, show: Show): string => textOf(options, show);
  return Object.defineProperty(value, INSPECT, { value: method });
}

/** Plain data that Node's console shows with four digits of every fraction and all values of every list. */
export const shownRounded = <T extends object>(data: T): T =>
  shown(data, (options, show) => show(rounded(data), { ...options, maxArrayLength: Infinity }));

function rounded(value: unknown): unknown {
  if (typeof value === "number") {
    return Number.isInteger(value) ? value : Number(value.toPrecision(4));
  }
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, rounded(part)]));
}

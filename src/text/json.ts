/** Anything that JSON can say. Numbers that it cannot, NaN and infinities, have no place in it. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** An object of {@link JsonValue}s. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

/** Whether a value is an object that JSON could have said. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

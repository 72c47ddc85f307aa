/** Bytes 0..255 as files hold them, or as a canvas does. */
export type Bytes = Uint8Array | Uint8ClampedArray;

/** Bytes of either kind as one, in the same memory; `undefined` for anything else. */
export function asBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (!(value instanceof Uint8ClampedArray)) return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.length);
}

/** Some bytes after others, as one array, which `make` may make. */
export function joinBytes(
  parts: readonly Uint8Array[],
  make = (length: number) => new Uint8Array(length),
): Uint8Array {
  const joined = make(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

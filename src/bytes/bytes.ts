import { isOf } from "../checks.ts";

/** Bytes 0..255 as files hold them, or as a canvas does. */
export type Bytes = Uint8Array | Uint8ClampedArray;

/** Bytes of either kind as one, in the same memory; `undefined` for anything else. */
export function asBytes(value: unknown): Uint8Array | undefined {
  if (isOf(value, Uint8Array)) return value;
  return isOf(value, Uint8ClampedArray) ? bytesOf(value) : undefined;
}

/** The bytes of any array, in the same memory. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Writes the bytes of some arrays one after another; gives the place behind the last. */
export function putBytes(into: Uint8Array, parts: readonly ArrayBufferView[], at = 0): number {
  for (const part of parts) {
    into.set(bytesOf(part), at);
    at += part.byteLength;
  }
  return at;
}

/** The bytes of some arrays after each other, as one array, which `make` may make. */
export function joinBytes(
  parts: readonly ArrayBufferView[],
  make = (length: number) => new Uint8Array(length),
): Uint8Array {
  const joined = make(parts.reduce((sum, part) => sum + part.byteLength, 0));
  putBytes(joined, parts);
  return joined;
}

/**
 * Has `toEqual` take typed arrays of equal bytes for equal at once: element by element it takes half a
 * second for a mere 65,000. Others it compares as ever, to say where they differ.
 */
import { expect } from "vitest";

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

expect.addEqualityTesters([
  (a: unknown, b: unknown): true | undefined => {
    if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b)) return undefined;
    if (a.constructor !== b.constructor || a.byteLength !== b.byteLength) return undefined;
    const others = bytesOf(b);
    return bytesOf(a).every((byte, i) => byte === others[i]) || undefined;
  },
]);

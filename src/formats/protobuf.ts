/**
 * Writes protocol buffers: fields of whole numbers, floats, bytes and messages, which is what ONNX files
 * are made of. @see https://protobuf.dev/programming-guides/encoding/
 */
import { joinBytes } from "../bytes/bytes.ts";

/** Parts of a message, each a whole field. */
export type Fields = readonly Uint8Array[];

const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;

/** A whole number; below zero it is written as 64 bits. */
export function integer(field: number, value: number): Uint8Array {
  return Uint8Array.from([...tag(field, VARINT), ...varint(value)]);
}

/** A float32. */
export function float(field: number, value: number): Uint8Array {
  return joinBytes([tag(field, FIXED32), Float32Array.of(value)]);
}

/** Bytes, or a text as UTF-8. */
export function bytes(field: number, value: ArrayBufferView | string): Uint8Array {
  const content = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return joinBytes([tag(field, LENGTH), varint(content.byteLength), content]);
}

/** A message inside the message. */
export const message = (field: number, fields: Fields): Uint8Array =>
  bytes(field, joinBytes(fields));

const tag = (field: number, type: number): Uint8Array => varint(field * 8 + type);

function varint(value: number): Uint8Array {
  const digits: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) digits.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...digits, Number(rest)]);
}

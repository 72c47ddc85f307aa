/**
 * TensorBoard's event files: records, each framed by its length and two checksums, of protocol-buffer
 * messages. Only the messages that scalars need are written.
 *
 *     Event   { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5 }
 *     Summary { repeated Value value = 1 }      Value { string tag = 1; float simple_value = 2 }
 */
import { crcOf } from "../../bytes/crc.ts";

/** The CRC-32C checksum of some bytes, by Castagnoli's polynomial. @see RFC 3720, appendix B.4 */
export const crc32c = /* @__PURE__ */ crcOf(0x82f63b78);

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/** The record that an event file begins with. @param wallTime seconds since 1970. */
export function versionRecord(wallTime: number): Uint8Array {
  return record([...double(1, wallTime), ...text(3, "brain.Event:2")]);
}

/** A record that holds the value of a scalar at a step. @param step 0 to 2^31 - 1. */
export function scalarRecord(
  wallTime: number,
  step: number,
  tag: string,
  value: number,
): Uint8Array {
  const summary = bytes(1, [...text(1, tag), ...float(2, value)]);
  // A step of 0 is the default, which protocol buffers leave out.
  const steps = step === 0 ? [] : [key(2, VARINT), ...varint(step)];
  return record([...double(1, wallTime), ...steps, ...bytes(5, summary)]);
}

/** Length, its checksum, the message, its checksum; all numbers little-endian. */
function record(message: readonly number[]): Uint8Array {
  const framed = new Uint8Array(message.length + 16);
  const view = new DataView(framed.buffer);
  view.setUint32(0, message.length, true);
  view.setUint32(8, masked(framed.subarray(0, 8)), true);
  framed.set(message, 12);
  view.setUint32(12 + message.length, masked(framed.subarray(12, 12 + message.length)), true);
  return framed;
}

/** A checksum, disguised so that a checksum of data which contain checksums stays sound. */
function masked(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function key(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

function bytes(field: number, content: readonly number[]): number[] {
  return [key(field, BYTES), ...varint(content.length), ...content];
}

function text(field: number, content: string): number[] {
  return bytes(field, [...new TextEncoder().encode(content)]);
}

function double(field: number, value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return [key(field, FIXED_64), ...new Uint8Array(view.buffer)];
}

function float(field: number, value: number): number[] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return [key(field, FIXED_32), ...new Uint8Array(view.buffer)];
}
